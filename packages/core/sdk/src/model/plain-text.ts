import { shorten } from "./shorten.ts";

/** Control characters, line separators, and characters that change the direction of writing. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu;

/** Text of a stranger on one line of at most `max` characters, with nothing that a terminal would obey. */
export const plainText = (text: string, max: number): string =>
  shorten(text.slice(0, max * 4).replace(unprintable, " "), max);
