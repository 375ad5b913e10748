import { ToolCallError } from "@executor/sdk";
import type { Json, ToolResult, UpstreamResponse } from "@executor/sdk";
import { isArray, member, readJson, shorten, text } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";
import { essence, isJson, isText } from "./media-types.ts";

const maxMessage = 500;

/**
 * The data of a reply: JSON parsed, text as a string, other bytes as `{ contentType, base64 }`, nothing as `null`. A reply
 * with another status than 2xx is an `upstream_error` with the upstream's own message.
 */
export const readReply = (response: UpstreamResponse): Either.Either<ToolResult, ToolCallError> => {
  const { body, status } = response;
  if (status < 200 || status > 299) return Either.left(failure(response));
  return Either.mapBoth(readData(response), {
    onLeft: () =>
      new ToolCallError({
        outcome: "upstream_error",
        errorType: "invalid_response",
        message: `The upstream answered ${status} with a body that says it is JSON and is not. The call itself may have worked.`,
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

const failure = (response: UpstreamResponse): ToolCallError => {
  const { status } = response;
  const said = upstreamMessage(response);
  const hint =
    status >= 300 && status < 400
      ? "It redirects elsewhere; redirects are followed for GET and HEAD only, and five times at most."
      : "It gave no message.";
  return new ToolCallError({
    outcome: "upstream_error",
    errorType: String(status),
    message: `The upstream answered ${status}. ${said ?? hint}`,
    status,
  });
};

const upstreamMessage = ({ body, headers }: UpstreamResponse): string | undefined => {
  const contentType = headers["content-type"] ?? "";
  const isReadable = contentType === "" || isJson(contentType) || isText(contentType);
  if (body.byteLength === 0 || !isReadable) return undefined;
  const decoded = decode(body.subarray(0, 256 * 1024), contentType);
  const json = essence(contentType) === "text/html" ? undefined : readJson(decoded);
  if (json === undefined || Either.isLeft(json)) return shortText(decoded);
  return shorten(jsonMessage(json.right) ?? JSON.stringify(json.right), maxMessage);
};

/** What an error object says, and what it lists as wrong (GitHub's `errors`, FastAPI's `detail`, RFC 9457's `title`). */
const jsonMessage = (body: Json): string | undefined => {
  const error = member(body, "error");
  const errors = member(body, "errors");
  const said =
    text(member(body, "message")) ??
    text(member(error, "message")) ??
    text(error) ??
    text(member(body, "error_description")) ??
    text(member(body, "detail")) ??
    text(member(body, "title"));
  const listed = [errors, member(body, "detail")].find(
    (value) => isArray(value) && value.length > 0,
  );
  if (listed === undefined) return said;
  return said === undefined ? JSON.stringify(listed) : `${said} ${JSON.stringify(listed)}`;
};

const shortText = (decoded: string): string | undefined => {
  const trimmed = decoded.trim();
  return trimmed === "" ? undefined : shorten(trimmed, maxMessage);
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
