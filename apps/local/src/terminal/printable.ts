/** Control characters, the line breaks beyond them, and characters that change the direction of writing. */
const unprintable = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** Text of sources and agents without characters that move the cursor, colour the terminal or imitate output of Executor. */
export const printable = (text: string): string =>
  text.replace(unprintable, (character) =>
    character === "\n" || character === "\t" ? character : "",
  );

/** Printable text on one line. */
export const oneLine = (text: string): string => printable(text.replaceAll(/\s+/g, " ")).trim();

/** A value as JSON for a terminal. Unprintable characters are escaped, so nothing of the value is lost. */
export const jsonText = (value: unknown, indent?: number): string =>
  escaped(JSON.stringify(value, null, indent));

/** JSON text, or a part of it, with the escapes of {@link jsonText}. */
export const escaped = (json: string): string =>
  json.replace(unprintable, (character) =>
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
