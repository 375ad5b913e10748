/**
 * Shortens text to `max` characters, the ellipsis included, without splitting a surrogate pair.
 *
 * ```ts
 * import { shorten } from "@executor/sdk";
 *
 * shorten("abcd", 3); // => "ab…"
 * ```
 */
export const shorten = (value: string, max: number): string =>
  value.length <= max
    ? value
    : `${value
        .slice(0, max - 1)
        .toWellFormed()
        .replace(/\ufffd$/, "")}…`;
