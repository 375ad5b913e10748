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

/** A value as JSON for a terminal. Nothing of it is lost: what is unprintable stands there as an escape. */
export const jsonText = (value: unknown, indent?: number): string =>
  escaped(JSON.stringify(value, null, indent));

/** JSON, or a part of it, with the escapes of {@link jsonText}. */
export const escaped = (json: string): string =>
  json.replace(unprintable, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
