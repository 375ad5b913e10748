import { Options } from "@effect/cli";
import { Console, Effect } from "effect";
import { jsonText } from "./printable.ts";
import { table } from "./table.ts";
import type { Column } from "./table.ts";

/** `--json`: the API's own shapes, for programs. */
export const jsonOption = Options.boolean("json").pipe(
  Options.withDescription("Print JSON, in the API's shapes"),
);

export const printJson = (value: unknown) => Console.log(jsonText(value, 2));

/** Cells that a line may have; where the output is not a terminal, nothing is cut. */
export const outputWidth = (): number =>
  process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;

/** A table on standard output; `nothing` on standard error where there are no rows. */
export const printTable = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  nothing: string,
) =>
  rows.length === 0
    ? Console.error(nothing)
    : Effect.suspend(() => Console.log(table(columns, rows, outputWidth())));
