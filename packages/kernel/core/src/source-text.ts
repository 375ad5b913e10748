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

const emptyLines = (text: string): string => "\n".repeat(text.split("\n").length - 1);

/** The source without the semicolons and white space at its end. */
export const withoutTrailingSemicolons = (source: string): string => {
  let end = source.length;
  while (end > 0 && /[\s;]/.test(source.charAt(end - 1))) end--;
  return source.slice(0, end);
};
