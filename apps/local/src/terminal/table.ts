import { oneLine } from "./printable.ts";

export interface Column {
  readonly title: string;
  readonly align?: "right";
}

const gap = "  ";
const ellipsis = "…";
const narrowest = 6;

/**
 * Aligned columns under their titles, one row a line, no line longer than `width` terminal cells: where they would be, the
 * widest columns are cut.
 */
export const table = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width: number,
): string => {
  const lines = [columns.map(({ title }) => title), ...rows].map((row) => row.map(oneLine));
  const widths = fit(
    columns.map((_, index) => Math.max(...lines.map((row) => Bun.stringWidth(row[index] ?? "")))),
    width - gap.length * (columns.length - 1),
  );
  return lines
    .map((row) =>
      columns
        .map(({ align }, index) => cell(row[index] ?? "", widths[index] ?? 0, align))
        .join(gap)
        .trimEnd(),
    )
    .map((line) => cut(line, width))
    .join("\n");
};

/** The first cells of a text; an ellipsis stands for what is missing. */
export const cut = (text: string, width: number): string => {
  if (Bun.stringWidth(text) <= width) return text;
  let shown = "";
  let used = Bun.stringWidth(ellipsis);
  for (const character of text) {
    used += Bun.stringWidth(character);
    if (used > width) break;
    shown += character;
  }
  return shown + ellipsis;
};

const cell = (text: string, width: number, align: Column["align"]): string => {
  const shown = cut(text, width);
  const padding = " ".repeat(width - Bun.stringWidth(shown));
  return align === "right" ? padding + shown : shown + padding;
};

/** Narrows the widest columns until all of them together take no more than `total`. */
const fit = (natural: ReadonlyArray<number>, total: number): ReadonlyArray<number> => {
  const widths = natural.map((width) => Math.min(width, Math.max(total, narrowest)));
  let excess = widths.reduce((sum, width) => sum + width, 0) - total;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= narrowest) break;
    widths[widths.indexOf(widest)] = widest - 1;
    excess -= 1;
  }
  return widths;
};
