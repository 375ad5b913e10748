import type { SourceWarning } from "../model/description.ts";
import { shorten } from "../model/shorten.ts";

/** Warnings of a source that are kept as they are. */
const maxKept = 100;
const maxMessageChars = 500;
const maxPlaceChars = 300;
const maxCodeChars = 60;
/** Codes that the count of all other warnings names. */
const maxCountedCodes = 10;

/**
 * The warnings that are kept of those that a description gave: the first ones, without credentials and cut to a length, and an
 * entry that counts the others by their codes. A text is cut after `redact` has seen all of it.
 */
export const keptWarnings = (
  warnings: ReadonlyArray<SourceWarning>,
  redact: (text: string) => string,
): ReadonlyArray<SourceWarning> => {
  const kept = warnings.slice(0, maxKept).map(({ code, message, place }) => ({
    code: shorten(code, maxCodeChars),
    message: shorten(redact(message), maxMessageChars),
    place: place === null ? null : shorten(redact(place), maxPlaceChars),
  }));
  return warnings.length > maxKept ? [...kept, others(warnings.slice(maxKept))] : kept;
};

const others = (warnings: ReadonlyArray<SourceWarning>): SourceWarning => {
  const counts = new Map<string, number>();
  for (const { code } of warnings) counts.set(code, (counts.get(code) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, left], [, right]) => right - left);
  const shown = sorted
    .slice(0, maxCountedCodes)
    .map(([code, count]) => `${shorten(code, maxCodeChars)} ${count}`);
  if (sorted.length > maxCountedCodes) shown.push("others");
  return {
    code: "more_warnings",
    message: `${warnings.length} more: ${shown.join(", ")}.`,
    place: null,
  };
};
