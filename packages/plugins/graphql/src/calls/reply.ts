import { ToolCallError } from "@executor/sdk";
import type { Json, ToolResult, UpstreamResponse } from "@executor/sdk";
import {
  errorData,
  errorHeaders,
  httpError,
  invalidInput,
  isArray,
  isObject,
  member,
  readJson,
  type SaidWithError,
  shorten,
  text,
} from "@executor/plugin-kit";
import { Either } from "effect";

const maxErrors = 5;
const maxMessage = 1_000;

/** Bytes of an error's body that are read. */
const maxErrorBytes = 256 * 1024;

const redirectHint =
  "It redirects elsewhere, and a POST is not sent on. Let the operator add the source with the address that it redirects to.";

/**
 * The data of the tool's field. A reply with `errors` is never a success: with data it is a `graphql_partial_error` that carries
 * the data; without data it is a `graphql_error`, or `invalid_input` if the server refused the request itself.
 */
export const readReply = (
  response: UpstreamResponse,
  field: string,
): Either.Either<ToolResult, ToolCallError> => {
  const { body, status } = response;
  const reply = Either.getOrUndefined(readJson(new TextDecoder().decode(body)));
  const listed = member(reply, "errors");
  const errors = isArray(listed) ? listed : [];
  const data = member(member(reply, "data"), field);
  const isSuccess = status >= 200 && status <= 299;
  if (errors.length > 0) return Either.left(graphQlError(errors, data, reply, response));
  if (!isSuccess) return Either.left(httpError(response, said(response, reply), redirectHint));
  return data === undefined
    ? Either.left(notGraphQl(response, reply))
    : Either.right({ data, size: body.byteLength });
};

const graphQlError = (
  errors: ReadonlyArray<Json>,
  data: Json | undefined,
  reply: Json | undefined,
  { headers, status }: UpstreamResponse,
): ToolCallError => {
  const said = describeErrors(errors);
  const httpStatus = status >= 200 && status <= 299 ? undefined : status;
  const hasData = data !== undefined && data !== null;
  if (!hasData && member(reply, "data") === undefined && isRefused(errors, status)) {
    return invalidInput(`The upstream refused the request as not valid. ${said}`, httpStatus);
  }
  return new ToolCallError({
    outcome: "upstream_error",
    errorType: hasData ? "graphql_partial_error" : "graphql_error",
    message: hasData
      ? `The upstream returned only a part of the result; the error's data holds it. ${said}`
      : `The upstream returned no data. ${said}`,
    ...(hasData ? { data } : {}),
    ...(httpStatus === undefined ? {} : { status: httpStatus }),
    ...errorHeaders(headers),
  });
};

/** Codes of invalid requests from Apollo, Yoga and Hasura. */
const refusals: ReadonlySet<string> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "BAD_USER_INPUT",
  "parse-failed",
  "validation-failed",
]);

/** Whether the request itself was refused: by code, or by 400 without a code (GraphQL over HTTP: it does not parse or validate). */
const isRefused = (errors: ReadonlyArray<Json>, status: number): boolean => {
  const codes = errors.map((error) => text(member(member(error, "extensions"), "code")));
  return codes.every((code) => (code === undefined ? status === 400 : refusals.has(code)));
};

const describeErrors = (errors: ReadonlyArray<Json>): string => {
  const lines = errors.slice(0, maxErrors).map((error) => {
    const message = text(member(error, "message")) ?? JSON.stringify(error);
    const path = member(error, "path");
    return isArray(path) && path.length > 0
      ? `${message} (at ${path.map(String).join(".")})`
      : message;
  });
  const more = errors.length > maxErrors ? ` And ${errors.length - maxErrors} more.` : "";
  return `${shorten(lines.join(" "), maxMessage)}${more}`;
};

const notGraphQl = (response: UpstreamResponse, reply: Json | undefined): ToolCallError => {
  const { status } = response;
  const contentType = response.headers["content-type"] ?? "no content type";
  return new ToolCallError({
    outcome: "upstream_error",
    errorType: "invalid_response",
    message:
      reply === undefined
        ? `The upstream answered ${status} with ${shorten(contentType, 100)} that is not JSON. Check that the source's URL is that of a GraphQL endpoint. The call itself may have worked.`
        : `The upstream answered ${status} with JSON that is not a GraphQL response: it has neither the data that was asked for nor errors. The call itself may have worked.`,
    status,
    ...errorHeaders(response.headers),
  });
};

const said = ({ body, headers }: UpstreamResponse, reply: Json | undefined): SaidWithError => {
  const isReadable = /^text\/|json/i.test(headers["content-type"] ?? "text/plain");
  if (!isObject(reply) && !isReadable) {
    return { message: undefined, data: undefined, isCut: body.byteLength > 0 };
  }
  const written = new TextDecoder().decode(body.subarray(0, maxErrorBytes));
  const message = isObject(reply)
    ? (text(member(reply, "message")) ?? text(member(reply, "error")) ?? JSON.stringify(reply))
    : text(written);
  return {
    message: message === undefined ? undefined : shorten(message, maxMessage),
    ...errorData(written, reply),
  };
};
