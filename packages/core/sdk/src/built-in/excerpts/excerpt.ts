import { isJsonObject, type Json } from "../../model/json.ts";
import { isList, lengthOf, type Part, partsOf } from "./places.ts";
import { quoted, type ShowReference, shown, textSize } from "./text-size.ts";

/** What is shown of a value. */
export interface Excerpt {
  readonly value: Json;
  /** Characters of its JSON text. */
  readonly size: number;
  /** Whether nothing is left out. */
  readonly isWhole: boolean;
}

/** Consecutive parts of an object, a list or a text. */
export interface Page extends Excerpt {
  /** Index of the first part after it; `undefined` if it ends with the last one. */
  readonly next: number | undefined;
}

/** Gives how references are shown at a place. */
export type ShowReferencesAt = (place: string) => ShowReference;

/** Characters that a longer text, or a longer name of a member, keeps at least. */
const keptText = 40;
const keptName = 200;
/** Characters that a text that is not shown whole keeps at most. */
const maxCutText = 600;
/** Large parts that a page shows at least, if in outline. */
const pageParts = 12;
/** Room that is worth an attempt to show more of a part. */
const worthwhile = 100;

/** The value, if its text fits the room. */
const whole = (
  value: Json,
  place: string,
  room: number,
  referencesAt: ShowReferencesAt,
): Excerpt | undefined => {
  const showReference = referencesAt(place);
  const size = textSize(value, room, showReference);
  return size <= room ? { value: shown(value, showReference), size, isWhole: true } : undefined;
};

const leavingOut = (value: Json): Excerpt => ({
  value,
  size: JSON.stringify(value).length,
  isWhole: false,
});

/** A reference to the place where it stands, with the type of the schema that is there. */
export const stubOf = (value: Json, place: string): Excerpt => {
  const type = isJsonObject(value) ? value["type"] : undefined;
  const hasType = typeof type === "string" && type.length <= 20;
  return leavingOut({ $ref: place, ...(hasType ? { type } : {}) });
};

/** The beginning of a text with its place. */
export const cutText = (text: string, place: string, room: number): Excerpt => {
  const end = `…[${place}]`;
  return leavingOut(textFrom(text, 0, Math.max(keptText, room - quoted(end) + 2)) + end);
};

/** The characters from `from` on whose JSON text fits the room. */
const textFrom = (text: string, from: number, room: number): string => {
  let end = Math.min(text.length, from + room - 2);
  for (;;) {
    const slice = text.slice(from, end);
    const excess = quoted(slice) - room;
    // A character takes six at most, as an escape.
    if (excess > 0) end -= Math.ceil(excess / 6);
    else return end < text.length ? slice.replace(/(.)[\uD800-\uDBFF]$/s, "$1") : slice;
  }
};

/** The least that can be shown of a part: its place, unless it is short itself. */
const leastOf = ({ value, place }: Part, referencesAt: ShowReferencesAt): Excerpt => {
  if (place === undefined) return leavingOut("…[nested too deeply to be shown]");
  const least = typeof value === "string" ? cutText(value, place, 0) : stubOf(value, place);
  return whole(value, place, least.size, referencesAt) ?? least;
};

/** The parts of a value, references as they are shown. */
function* shownParts(
  value: Json,
  place: string,
  referencesAt: ShowReferencesAt,
  from?: number,
): Generator<Part> {
  for (const part of partsOf(value, place, from)) {
    yield part.name === "$ref" && typeof part.value === "string"
      ? { ...part, value: referencesAt(place)(part.value) }
      : part;
  }
}

interface ShownPart {
  readonly part: Part;
  excerpt: Excerpt;
}

const nameOf = ({ name, place = "" }: Part): string =>
  name.length <= keptName * 2
    ? name
    : `${name.slice(0, keptName)}…[${place.slice(place.lastIndexOf("/") + 1)}]`;

const joined = (parent: Json, parts: ReadonlyArray<ShownPart>): Json =>
  isList(parent)
    ? parts.map(({ excerpt }) => excerpt.value)
    : Object.fromEntries(parts.map(({ part, excerpt }) => [nameOf(part), excerpt.value]));

/** Characters that a part takes beside its value: its name and a comma. */
const overhead = (parent: Json, part: Part): number =>
  isList(parent) ? 1 : quoted(nameOf(part)) + 2;

const excerptOf = (parent: Json, parts: ReadonlyArray<ShownPart>): Excerpt => {
  const value = joined(parent, parts);
  return {
    value,
    size: JSON.stringify(value).length,
    isWhole: parts.every(({ excerpt }) => excerpt.isWhole),
  };
};

/**
 * A value in a text of at most `room` characters: whole, or with all names of its members and in place of what is too large a
 * reference to its place. A schema is never cut in the middle. `undefined` where even that does not fit.
 */
export const outline = (
  value: Json,
  place: string,
  room: number,
  referencesAt: ShowReferencesAt,
): Excerpt | undefined => {
  const all = whole(value, place, room, referencesAt);
  if (all !== undefined || typeof value !== "object" || value === null) return all;
  const parts: Array<ShownPart> = [];
  let spare = room - 2;
  for (const part of shownParts(value, place, referencesAt)) {
    const excerpt = leastOf(part, referencesAt);
    spare -= overhead(value, part) + excerpt.size;
    if (spare < 0) return undefined;
    parts.push({ part, excerpt });
  }
  const partial = parts.filter(({ excerpt }) => !excerpt.isWhole);
  const replace = (shownPart: ShownPart, next: Excerpt | undefined): void => {
    const more = (next?.size ?? 0) - shownPart.excerpt.size;
    if (next === undefined || more > spare) return;
    spare -= more;
    shownPart.excerpt = next;
  };
  const bySize = partial
    .map((shownPart) => {
      const { part, excerpt } = shownPart;
      const limit = excerpt.size + spare;
      return { shownPart, size: textSize(part.value, limit, referencesAt(part.place ?? place)) };
    })
    .filter(({ size }) => size < Number.POSITIVE_INFINITY)
    .toSorted((a, b) => a.size - b.size);
  for (const { shownPart } of bySize) {
    const { part, excerpt } = shownPart;
    if (part.place === undefined) continue;
    replace(shownPart, whole(part.value, part.place, excerpt.size + spare, referencesAt));
  }
  for (const shownPart of partial) {
    const { part, excerpt } = shownPart;
    if (spare < worthwhile) break;
    if (excerpt.isWhole || shownPart.excerpt.isWhole || part.place === undefined) continue;
    const larger = excerpt.size + spare;
    replace(
      shownPart,
      typeof part.value === "string"
        ? cutText(part.value, part.place, Math.min(larger, maxCutText))
        : outline(part.value, part.place, larger, referencesAt),
    );
  }
  return excerptOf(value, parts);
};

/** The parts of a value from the index `from` on, as many as fit and at least one. */
export const page = (
  value: Json,
  place: string,
  from: number,
  room: number,
  referencesAt: ShowReferencesAt,
): Page => {
  const total = lengthOf(value);
  const nextAfter = (end: number) => (end < total ? end : undefined);
  if (typeof value === "string") {
    const text = textFrom(value, from, room);
    return { ...leavingOut(text), next: nextAfter(from + text.length) };
  }
  const parts: Array<ShownPart> = [];
  let spare = room - 2;
  for (const part of shownParts(value, place, referencesAt, from)) {
    const least = leastOf(part, referencesAt);
    spare -= overhead(value, part);
    if (parts.length > 0 && least.size > spare) break;
    const fair = Math.min(spare, Math.max(least.size, Math.floor(room / pageParts)));
    const excerpt =
      (least.isWhole || part.place === undefined
        ? undefined
        : outline(part.value, part.place, fair, referencesAt)) ?? least;
    spare -= excerpt.size;
    parts.push({ part, excerpt });
  }
  return { ...excerptOf(value, parts), next: nextAfter(from + parts.length) };
};
