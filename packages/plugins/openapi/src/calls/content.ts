import type { Json, UpstreamResponse } from "@executor/sdk";
import { readJson } from "@executor/plugin-kit";
import { Either, Encoding } from "effect";

/**
 * The data of a body: parsed JSON, text as a string, other bytes as `{ contentType, base64 }`, an empty body as `null`. The left
 * side is the parser's message for a body that is labelled as JSON and is not.
 */
export const readData = ({
  body,
  headers,
}: Pick<UpstreamResponse, "body" | "headers">): Either.Either<Json, string> => {
  const contentType = headers["content-type"] ?? "";
  if (body.byteLength === 0) return Either.right(null);
  if (isJson(contentType)) return readJson(decode(body, contentType));
  if (isText(contentType)) return Either.right(decode(body, contentType));
  if (contentType === "") {
    const decoded = decodeStrictly(body);
    if (decoded !== undefined) return Either.orElse(readJson(decoded), () => Either.right(decoded));
  }
  return Either.right(bytes(body, contentType));
};

/** Bytes as an agent gets them. */
export const bytes = (body: Uint8Array, contentType: string): Json => ({
  contentType: contentType === "" ? "application/octet-stream" : contentType,
  base64: Encoding.encodeBase64(body),
});

/** Text in the charset that the content type names, or else in UTF-8. */
export const decode = (body: Uint8Array, contentType: string): string => {
  const [, charset = "utf-8"] = /charset="?([\w.:-]+)/i.exec(contentType) ?? [];
  return Either.getOrElse(
    Either.try(() => new TextDecoder(charset).decode(body)),
    () => new TextDecoder().decode(body),
  );
};

const decodeStrictly = (body: Uint8Array): string | undefined =>
  Either.getOrUndefined(Either.try(() => new TextDecoder("utf-8", { fatal: true }).decode(body)));

/** What a stream's text holds. */
export interface StreamRead {
  readonly items: ReadonlyArray<Json>;
  /** Text behind the last item: the beginning of one that did not come in full, or items beyond the maximum. */
  readonly rest: string;
  /** Indices of the items that should be JSON and are not. */
  readonly invalid: ReadonlyArray<number>;
}

/** `type/subtype` in lower case, without parameters. */
export const essence = (mediaType: string): string =>
  mediaType.split(";", 1)[0]?.trim().toLowerCase() ?? "";

export const isJson = (mediaType: string): boolean =>
  /^(application|text)\/json$|\+json$/.test(essence(mediaType));

/** Whether a body of this type is JSON values, one a line. */
export const isJsonLines = (mediaType: string): boolean =>
  /[/+.](x-)?(ndjson|jsonl|json-?lines)$|^application\/stream\+json$/.test(essence(mediaType));

/** Whether an agent can read and write bodies of this type as text. */
export const isText = (mediaType: string): boolean =>
  /^text\/|[/+](xml|yaml|x-yaml|javascript|graphql|sql|toml|x-ndjson|jsonl|x-www-form-urlencoded)$/.test(
    essence(mediaType),
  );
