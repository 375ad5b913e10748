import { stripVTControlCharacters } from "node:util";

/** Controls that are no line break or tab (C0, DEL, C1), and characters that change the order or the number of lines of what is shown. */
const hidden =
  // oxlint-disable-next-line no-control-regex -- They are what is removed.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** Text of a stranger without what a terminal would obey: sequences that begin with an escape, and other controls. */
export const plainText = (text: string): string =>
  stripVTControlCharacters(text.replaceAll("\r\n", "\n")).replaceAll(hidden, "");
