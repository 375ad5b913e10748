import type { Json } from "@executor/sdk";
import { readJson } from "@executor/plugin-kit";
import type { Steps } from "@executor/plugin-kit";
import { Either } from "effect";
import type { StreamRead } from "./content.ts";

/**
 * JSON values that stand one a line (NDJSON, JSON Lines), or one behind each record separator (RFC 7464). A record that is not
 * JSON is given as its text. The last one counts without its end where the stream ended by itself.
 */
export function* readRecords(
  text: string,
  separator: "\n" | "\u001e",
  isWhole: boolean,
  max: number,
): Steps<StreamRead> {
  const items: Array<Json> = [];
  const invalid: Array<number> = [];
  let at = 0;
  while (at < text.length && items.length < max) {
    const end = text.indexOf(separator, at);
    if (end === -1 && !isWhole) break;
    const record = text.slice(at, end === -1 ? text.length : end).trim();
    at = end === -1 ? text.length : end + 1;
    if (record !== "") {
      const value = readJson(record);
      if (Either.isLeft(value)) invalid.push(items.length);
      items.push(Either.getOrElse(value, () => record));
    }
    yield;
  }
  return { items, rest: text.slice(at), invalid };
}
