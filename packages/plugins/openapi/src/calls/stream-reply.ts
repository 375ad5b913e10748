import type { Json, ToolResult, UpstreamResponse } from "@executor/sdk";
import type { Steps } from "@executor/plugin-kit";
import { decode, essence, isJsonLines } from "./content.ts";
import { readEvents } from "./event-stream.ts";
import { readRecords } from "./json-lines.ts";

/** Items of a stream that are given; each costs more memory than its bytes. */
const maxItems = 100_000;

/** Characters of {@link StreamRead.rest} that are given. */
const maxRest = 64 * 1024;

type Format = "events" | "lines" | "sequence";

const formatOf = (contentType: string): Format | undefined => {
  const type = essence(contentType);
  if (type === "text/event-stream") return "events";
  if (/^application\/json-seq$|\+json-seq$/.test(type)) return "sequence";
  return isJsonLines(type) ? "lines" : undefined;
};

/** Whether a reply is a stream, which may be given as far as it came. */
export const isStream = ({ headers }: Pick<UpstreamResponse, "headers">): boolean =>
  formatOf(headers["content-type"] ?? "") !== undefined;

/**
 * The data of a stream: `{ events, incomplete }` of server-sent events, `{ items, incomplete }` of JSON values. `incomplete` is
 * `null`, or says what ended the reading: `timeout`, `size` or `connection`. Where there is text behind the last item, `rest` has it,
 * and `invalid` lists the indices of items that are not JSON.
 */
export function* readStream({ body, headers, incomplete }: UpstreamResponse): Steps<ToolResult> {
  const contentType = headers["content-type"] ?? "";
  const format = formatOf(contentType);
  const isWhole = incomplete === undefined;
  const text = decode(isWhole ? body : wholeCharacters(body), contentType);
  const { invalid, items, rest } =
    format === "events"
      ? yield* readEvents(text, isWhole, maxItems)
      : yield* readRecords(text, format === "sequence" ? "\u001e" : "\n", isWhole, maxItems);
  const isFull = items.length === maxItems && rest.trim() !== "";
  const data: Json = {
    [format === "events" ? "events" : "items"]: items,
    incomplete: incomplete ?? (isFull ? "size" : null),
    ...(rest.trim() === "" ? {} : { rest: rest.slice(0, maxRest).toWellFormed() }),
    ...(invalid.length === 0 ? {} : { invalid }),
  };
  return { data, size: body.byteLength };
}

/** Without the bytes at the end that begin a character in UTF-8 of which more would have come. */
const wholeCharacters = (body: Uint8Array): Uint8Array => {
  for (let back = 1; back <= Math.min(3, body.length); back += 1) {
    const byte = body[body.length - back] ?? 0;
    if (byte < 0x80) return body;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? body.subarray(0, body.length - back) : body;
    }
  }
  return body;
};
