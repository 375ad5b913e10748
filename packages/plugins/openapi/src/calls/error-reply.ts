import { ToolCallError } from "@executor/sdk";
import type { Json, Redactor, UpstreamResponse } from "@executor/sdk";
import {
  errorData,
  errorHeaders,
  httpError,
  isArray,
  maxErrorDataChars,
  member,
  readJson,
  type SaidWithError,
  shorten,
  text,
} from "@executor/plugin-kit";
import { Either } from "effect";
import { bytes, decode, essence, isJson, isText } from "./content.ts";

const maxMessage = 500;

/** Bytes of an error's body that are read. */
const maxErrorBytes = 256 * 1024;

const redirectHint =
  "It redirects elsewhere; redirects are followed for GET and HEAD without a body only, and five times at most.";

/** The `upstream_error` of a reply with another status than 2xx, with the upstream's own message, its headers and its body. */
export const errorReply = (response: UpstreamResponse, redactor: Redactor): ToolCallError =>
  httpError(response, said(response, redactor), redirectHint);

/** The `upstream_error` of a reply whose body is labelled as JSON and is not; its text is the error's `data`. */
export const unreadableReply = (response: UpstreamResponse, redactor: Redactor): ToolCallError => {
  const { data, isCut } = said(response, redactor);
  return new ToolCallError({
    outcome: "upstream_error",
    errorType: "invalid_response",
    message: `The upstream answered ${response.status} with a body that is labelled as JSON and is not JSON. The call itself may have worked.`,
    status: response.status,
    ...errorHeaders(response.headers, isCut ? ["data"] : []),
    ...(data === undefined ? {} : { data }),
  });
};

/** A body that did not come in full is not whole, however small. */
const said = (response: UpstreamResponse, redactor: Redactor): SaidWithError => {
  const whole = saidInBody(response, redactor);
  return response.incomplete === undefined ? whole : { ...whole, isCut: true };
};

/** Redacted again, because a charset may have hidden a credential in the bytes. */
const saidInBody = ({ body, headers }: UpstreamResponse, redactor: Redactor): SaidWithError => {
  const contentType = headers["content-type"] ?? "";
  const isReadable = contentType === "" || isJson(contentType) || isText(contentType);
  if (body.byteLength === 0) return { message: undefined, data: undefined, isCut: false };
  if (!isReadable) return { message: undefined, ...saidInBytes(body, contentType) };
  const decoded = redactor.text(decode(body.subarray(0, maxErrorBytes), contentType));
  const json = essence(contentType) === "text/html" ? Either.left("HTML") : readJson(decoded);
  const message = Either.match(json, {
    onLeft: () => text(decoded),
    onRight: (value) => jsonMessage(value) ?? JSON.stringify(value),
  });
  return {
    message: message === undefined ? undefined : shorten(message, maxMessage),
    ...errorData(decoded, Either.getOrUndefined(json)),
  };
};

const saidInBytes = (
  body: Uint8Array,
  contentType: string,
): Pick<SaidWithError, "data" | "isCut"> => {
  const kept = body.subarray(0, (maxErrorDataChars / 4) * 3);
  return { data: bytes(kept, contentType), isCut: kept.byteLength < body.byteLength };
};

/** The message of an error object with its list of problems (GitHub's `errors`, FastAPI's `detail`, RFC 9457's `title`). */
const jsonMessage = (body: Json): string | undefined => {
  const error = member(body, "error");
  const detail = member(body, "detail");
  const message =
    text(member(body, "message")) ??
    text(member(error, "message")) ??
    text(error) ??
    text(member(body, "error_description")) ??
    text(detail) ??
    text(member(body, "title"));
  const listed = [member(body, "errors"), detail].find(
    (value) => isArray(value) && value.length > 0,
  );
  if (listed === undefined) return message;
  return message === undefined ? JSON.stringify(listed) : `${message} ${JSON.stringify(listed)}`;
};
