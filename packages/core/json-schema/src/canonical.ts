import type { Budget } from "./budget.ts";
import { isArray, isObject } from "./json.ts";
import type { Json } from "./json.ts";

/** A key that two JSON values share only if they are equal (JSON Schema 2020-12, Core, section 4.2.2). */
export const equalityKey = (value: Json, budget: Budget): Json => {
  if (typeof value === "string") {
    budget.takeText(value.length);
    return `"${value}`;
  }
  // A schema, too, holds an integer beyond 2^53 as text.
  if (typeof value === "bigint") return `"${value}`;
  return typeof value === "object" && value !== null ? canonical(value, budget) : value;
};

/** JSON text with the members of objects in the order of their names. */
const canonical = (value: Json, budget: Budget): string => {
  budget.take(1);
  if (isArray(value)) {
    budget.enter();
    const items = value.map((item) => canonical(item, budget));
    budget.leave();
    return `[${items.join(",")}]`;
  }
  if (isObject(value)) {
    budget.enter();
    const members = Object.keys(value)
      .toSorted()
      .map((key) => `${text(key, budget)}:${canonical(value[key] ?? null, budget)}`);
    budget.leave();
    return `{${members.join(",")}}`;
  }
  if (typeof value === "bigint") return `"${value}"`;
  // `-0` and `0` are equal, and JSON.stringify writes both as `0`.
  return typeof value === "string" ? text(value, budget) : JSON.stringify(value);
};

const text = (value: string, budget: Budget): string => {
  budget.takeText(value.length);
  return JSON.stringify(value);
};

/** The JSON of a value for a message, cut after about so many characters; its depth is bounded by them too. */
export const preview = (value: Json, room = 400): string => {
  if (typeof value === "string") return JSON.stringify(shorten(value, room));
  if (typeof value === "bigint") return String(value);
  if (!isArray(value) && !isObject(value)) return JSON.stringify(value);
  const parts: Array<string> = [];
  let left = room - 2;
  const add = (name: string, item: Json): boolean => {
    const part = left <= 0 ? "…" : name + preview(item, left - name.length);
    parts.push(part);
    left -= part.length + 1;
    return part !== "…";
  };
  if (isArray(value)) {
    value.every((item) => add("", item));
    return `[${parts.join(",")}]`;
  }
  Object.keys(value).every((key) =>
    add(`${JSON.stringify(shorten(key, left))}:`, value[key] ?? null),
  );
  return `{${parts.join(",")}}`;
};

/** A text of at most so many characters, with an ellipsis in place of its end. */
export const shorten = (value: string, room: number): string =>
  value.length <= room
    ? value
    : `${value.slice(0, Math.max(0, room)).replace(/[\uD800-\uDBFF]$/, "")}…`;
