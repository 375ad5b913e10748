import { oneLine } from "./printable.ts";

export interface Column<A> {
  readonly title: string;
  readonly align?: "right";
  /** The text of a row's cell in this column. */
  readonly cell: (row: A) => string;
}

const gap = "  ";
const ellipsis = "…";
const narrowest = 6;

/** Aligned columns under their titles, a line for each row; the widest are cut so that no line exceeds `width` terminal cells. */
export const table = <A>(
  columns: ReadonlyArray<Column<A>>,
  rows: ReadonlyArray<A>,
  width: number,
): string => {
  const lines = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => oneLine(cell(row)))),
  ];
  const widths = fit(
    columns.map((_, index) => Math.max(...lines.map((line) => Bun.stringWidth(line[index] ?? "")))),
    width - gap.length * (columns.length - 1),
  );
  return lines
    .map((line) =>
      columns
        .map(({ align }, index) => pad(line[index] ?? "", widths[index] ?? 0, align))
        .join(gap)
        .trimEnd(),
    )
    .map((line) => cut(line, width))
    .join("\n");
};

/** A text cut to `width` terminal cells, with an ellipsis in place of its end. */
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

const pad = (text: string, width: number, align: "right" | undefined): string => {
  const shown = cut(text, width);
  const padding = " ".repeat(width - Bun.stringWidth(shown));
  return align === "right" ? padding + shown : shown + padding;
};

/** Narrows the widest columns until the sum of all widths is at most `total`. */
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
