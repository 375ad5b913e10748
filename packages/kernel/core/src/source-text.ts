/** A line that starts or ends a fenced block (https://spec.commonmark.org/0.31.2/#fenced-code-blocks). */
interface FenceLine {
  readonly start: number;
  /** The position after its line break. */
  readonly end: number;
  readonly marker: "`" | "~";
  readonly length: number;
  readonly canOpen: boolean;
  readonly canClose: boolean;
}

/**
 * Takes the code out of the first Markdown fence, or returns all of it if there is no fence. The text before it becomes empty
 * lines, so that line numbers stay those of the text as sent. Looks at each line once.
 */
export const unfence = (source: string): string => {
  const fences = fenceLines(source);
  let opening: FenceLine | undefined;
  const longestClosing = { "`": 0, "~": 0 };
  for (const fence of fences.toReversed()) {
    const { canClose, canOpen, length, marker } = fence;
    if (canOpen && length <= longestClosing[marker]) opening = fence;
    if (canClose) longestClosing[marker] = Math.max(longestClosing[marker], length);
  }
  opening ??= fences.find(({ canOpen, start }) => canOpen && source.slice(0, start).trim() === "");
  if (opening === undefined) return source;
  const { end, length, marker } = opening;
  const closing = fences.find(
    (fence) =>
      fence.canClose && fence.start >= end && fence.marker === marker && fence.length >= length,
  );
  return emptyLines(source.slice(0, end)) + source.slice(end, closing?.start);
};

const fenceLines = (source: string): ReadonlyArray<FenceLine> => {
  const fences: Array<FenceLine> = [];
  for (let start = 0; start < source.length;) {
    const lineBreak = source.indexOf("\n", start);
    const end = lineBreak < 0 ? source.length : lineBreak + 1;
    const line = source.slice(start, end).trim();
    const marker = line[0];
    if (marker === "`" || marker === "~") {
      let length = 1;
      while (line[length] === marker) length++;
      const canOpen = lineBreak >= 0 && !line.includes("`", length);
      const canClose = length === line.length;
      if (length >= 3) fences.push({ start, end, marker, length, canOpen, canClose });
    }
    start = end;
  }
  return fences;
};

/** The source whose hashbang, on the first line that is not empty, is an empty line. */
export const withoutHashbang = (source: string): string => source.replace(/^(\s*)#!.*/, "$1");

const emptyLines = (text: string): string => "\n".repeat(text.split("\n").length - 1);

/** The source without the semicolons and white space at its end. */
export const withoutTrailingSemicolons = (source: string): string => {
  let end = source.length;
  while (end > 0 && /[\s;]/.test(source.charAt(end - 1))) end--;
  return source.slice(0, end);
};

/** The offset of a place that swc names: its line from 1, and its column from 0 in columns of a terminal. */
export const offsetAt = (text: string, line: number, column: number): number => {
  let offset = 0;
  for (let left = line; left > 1; left--) offset = text.indexOf("\n", offset) + 1;
  for (let left = column; left > 0 && offset < text.length;) {
    const character = String.fromCodePoint(text.codePointAt(offset) ?? 0);
    left -= columnsOf(character);
    offset += character.length;
  }
  return offset;
};

const columnsOf = (character: string): number => {
  if (character === "\t") return 4;
  if (/[\p{Cc}\p{Cf}\p{Mn}\p{Me}]/u.test(character)) return 0;
  const width =
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\p{Emoji_Presentation}]/u.test(
      character,
    )
      ? 2
      : 1;
  return width + character.length - 1;
};
