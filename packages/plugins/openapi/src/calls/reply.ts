import { ToolCallError } from "@executor/sdk";
import type { Json, Redactor, ToolResult, UpstreamResponse } from "@executor/sdk";
import { httpError, isArray, member, readJson, shorten, text } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";

const maxMessage = 500;

/** Bytes of an error's body that its message is looked for in. */
const maxErrorBytes = 256 * 1024;

const redirectHint =
  "It redirects elsewhere; redirects are followed for GET and HEAD without a body only, and five times at most.";

/**
 * The data of a reply: parsed JSON, text as a string, other bytes as `{ contentType, base64 }`, an empty body as `null`. A
 * status other than 2xx is an `upstream_error` with the upstream's own message.
 */
export const readReply = (
  response: UpstreamResponse,
  redactor: Redactor,
): Either.Either<ToolResult, ToolCallError> => {
  const { body, status } = response;
  if (status < 200 || status > 299) {
    return Either.left(httpError(status, upstreamMessage(response, redactor), redirectHint));
  }
  return Either.mapBoth(readData(response), {
    onLeft: () =>
      new ToolCallError({
        outcome: "upstream_error",
        errorType: "invalid_response",
        message: `The upstream answered ${status} with a body that is labelled as JSON and is not JSON. The call itself may have worked.`,
        status,
      }),
    onRight: (data) => ({ data, size: body.byteLength }),
  });
};

const readData = ({ body, headers }: UpstreamResponse): Either.Either<Json, string> => {
  const contentType = headers["content-type"] ?? "";
  if (body.byteLength === 0) return Either.right(null);
  if (isJson(contentType)) return readJson(decode(body, contentType));
  if (isText(contentType)) return Either.right(decode(body, contentType));
  if (contentType === "") {
    const decoded = decodeStrictly(body);
    if (decoded !== undefined) return Either.orElse(readJson(decoded), () => Either.right(decoded));
  }
  return Either.right({
    contentType: contentType === "" ? "application/octet-stream" : contentType,
    base64: Encoding.encodeBase64(body),
  });
};

/** Redacted again, because a charset may have hidden a credential in the bytes. */
const upstreamMessage = (
  { body, headers }: UpstreamResponse,
  redactor: Redactor,
): string | undefined => {
  const contentType = headers["content-type"] ?? "";
  const isReadable = contentType === "" || isJson(contentType) || isText(contentType);
  if (body.byteLength === 0 || !isReadable) return undefined;
  const decoded = redactor.text(decode(body.subarray(0, maxErrorBytes), contentType));
  const json = essence(contentType) === "text/html" ? Either.left("HTML") : readJson(decoded);
  const said = Either.match(json, {
    onLeft: () => text(decoded),
    onRight: (value) => jsonMessage(value) ?? JSON.stringify(value),
  });
  return said === undefined ? undefined : shorten(said, maxMessage);
};

/** The message of an error object with its list of problems (GitHub's `errors`, FastAPI's `detail`, RFC 9457's `title`). */
const jsonMessage = (body: Json): string | undefined => {
  const error = member(body, "error");
  const detail = member(body, "detail");
  const said =
    text(member(body, "message")) ??
    text(member(error, "message")) ??
    text(error) ??
    text(member(body, "error_description")) ??
    text(detail) ??
    text(member(body, "title"));
  const listed = [member(body, "errors"), detail].find(
    (value) => isArray(value) && value.length > 0,
  );
  if (listed === undefined) return said;
  return said === undefined ? JSON.stringify(listed) : `${said} ${JSON.stringify(listed)}`;
};

const decode = (bytes: Uint8Array, contentType: string): string => {
  const [, charset = "utf-8"] = /charset="?([\w.:-]+)/i.exec(contentType) ?? [];
  return Either.getOrElse(
    Either.try(() => new TextDecoder(charset).decode(bytes)),
    () => new TextDecoder().decode(bytes),
  );
};

const decodeStrictly = (bytes: Uint8Array): string | undefined =>
  Either.getOrUndefined(Either.try(() => new TextDecoder("utf-8", { fatal: true }).decode(bytes)));

/** `type/subtype` in lower case, without parameters. */
export const essence = (mediaType: string): string =>
  mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";

export const isJson = (mediaType: string): boolean =>
  /^(application|text)\/json$|\+json$/.test(essence(mediaType));

/** Whether an agent can read and write bodies of this type as text. */
export const isText = (mediaType: string): boolean =>
  /^text\/|[/+](xml|yaml|x-yaml|javascript|graphql|sql|toml|x-ndjson|jsonl|x-www-form-urlencoded)$/.test(
    essence(mediaType),
  );
