import { oneLine } from "../../terminal/printable.ts";
import { stateWord } from "../../terminal/source-state.ts";
import { count } from "../../terminal/units.ts";
import type { SourceDetails } from "@executor/sdk/schemas";

/** What became of a server of a client's file. */
export interface ImportReport {
  /** The server's name in the file. */
  readonly entry: string;
  readonly outcome: "added" | "not_ready" | "planned" | "skipped" | "failed";
  /** Of the source; `null` where there is none. */
  readonly namespace: string | null;
  /** A sentence: what was done, or why not. */
  readonly message: string;
  /** Names of the secrets that were stored for it. */
  readonly secrets: ReadonlyArray<string>;
  readonly notes: ReadonlyArray<string>;
}

/** Lines of a report for people; the file and the servers have written much of it. */
export const reportLines = ({ entry, message, notes, secrets }: ImportReport): string =>
  [
    `${oneLine(entry)}: ${oneLine(message)}`,
    ...(secrets.length === 0 ? [] : [`  Secrets: ${secrets.join(", ")}`]),
    ...notes.map((note) => `  ${oneLine(note)}`),
  ].join("\n");

/** What was done for a source that was added. */
export const addedMessage = (source: SourceDetails): string => {
  const { namespace, state, toolCount } = source;
  return state.status === "ready"
    ? `added as ${namespace}, ${count(toolCount, "tool")}.`
    : `added as ${namespace}, not ready: ${stateWord(source)} (${state.code}). ${state.reason ?? ""}`;
};
