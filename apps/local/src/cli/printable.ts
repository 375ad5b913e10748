/** Control characters but tab and line feed, and those that turn the direction of writing. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text from sources and agents as it may stand on a terminal: without the characters by which it could move the cursor, colour
 * what follows or pass for something that Executor says.
 */
export const printable = (text: string): string =>
  text.replace(unprintable, (character) =>
    character === "\n" || character === "\t" ? character : "",
  );

/** The same on one line. */
export const oneLine = (text: string): string => printable(text.replaceAll(/\s+/g, " ")).trim();
