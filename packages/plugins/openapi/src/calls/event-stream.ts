import type { Json } from "@executor/sdk";
import { fromEntries, isObject, isArray, readJson } from "@executor/plugin-kit";
import type { Steps } from "@executor/plugin-kit";
import { Either } from "effect";
import type { StreamRead } from "./content.ts";

/**
 * Server-sent events as HTML's standard reads them ("Interpreting an event stream"): `{ event?, id?, data }`. Data that is a
 * JSON object or list is parsed, other data is its text. An event that has begun counts where the stream ended by itself.
 */
export function* readEvents(text: string, isWhole: boolean, max: number): Steps<StreamRead> {
  const items: Array<Json> = [];
  let fields: Array<readonly [string, string]> = [];
  let begin = 0;
  let at = 0;
  const lineEnd = /\r\n|\n|\r/g;
  const dispatch = (): void => {
    const event = eventOf(fields);
    if (event !== undefined) items.push(event);
    fields = [];
  };
  while (at < text.length && items.length < max) {
    lineEnd.lastIndex = at;
    const end = lineEnd.exec(text);
    if (end === null && !isWhole) break;
    const line = text.slice(at, end?.index ?? text.length);
    at = end === null ? text.length : lineEnd.lastIndex;
    if (line === "") {
      dispatch();
      begin = at;
    } else if (!line.startsWith(":")) {
      const [, name = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      fields.push([name, value]);
    }
    yield;
  }
  if (isWhole && at === text.length && items.length < max) {
    dispatch();
    begin = at;
  }
  return { items, rest: text.slice(begin), invalid: [] };
}

const eventOf = (fields: ReadonlyArray<readonly [string, string]>): Json | undefined => {
  const valuesOf = (wanted: string) =>
    fields.filter(([name]) => name === wanted).map(([, value]) => value);
  const data = valuesOf("data");
  if (data.length === 0) return undefined;
  const event = valuesOf("event").at(-1) ?? "";
  const id = valuesOf("id").at(-1);
  return fromEntries([
    ...(event === "" ? [] : [["event", event] as const]),
    ...(id === undefined ? [] : [["id", id] as const]),
    ["data", dataOf(data.join("\n"))],
  ]);
};

/** A text such as `12` or `true` may be a piece of prose, so only what is certainly JSON is parsed. */
const dataOf = (text: string): Json => {
  const parsed = /^\s*[{[]/.test(text) ? Either.getOrUndefined(readJson(text)) : undefined;
  return isObject(parsed) || isArray(parsed) ? parsed : text;
};
