import { Console, Effect } from "effect";
import { askDaemon, type DaemonClient } from "../client/daemon.ts";
import type { Terms } from "../terminal/execution.ts";
import { outputWidth, print } from "../terminal/output.ts";
import { type Column, table } from "../terminal/table.ts";

type Ask<A, E, R> = (client: DaemonClient) => Effect.Effect<A, E, R>;

/** Asks the daemon and prints its answer, as JSON or as text for people. */
export const answer = <A, E, R>(
  { json, port }: Terms,
  ask: Ask<A, E, R>,
  text: (answer: A) => string,
) => Effect.tap(askDaemon(port, ask), (value) => print(json, value, json ? "" : text(value)));

/** Asks the daemon for rows and prints them, as JSON or as a table. */
export const answerRows = <A, E, R>(
  { json, port }: Terms,
  ask: Ask<ReadonlyArray<A>, E, R>,
  columns: ReadonlyArray<Column<A>>,
  none: string,
) => Effect.flatMap(askDaemon(port, ask), (rows) => printRows(json, rows, columns, none));

/** Prints rows on standard output, as JSON or as a table; `none` goes to standard error where there are no rows. */
export const printRows = <A>(
  json: boolean,
  rows: ReadonlyArray<A>,
  columns: ReadonlyArray<Column<A>>,
  none: string,
) =>
  !json && rows.length === 0
    ? Console.error(none)
    : Effect.suspend(() => print(json, rows, json ? "" : table(columns, rows, outputWidth())));
