import { Command } from "@effect/cli";
import type { SourceDetails } from "@executor/sdk/schemas";
import type { DateTime } from "effect";
import { oneLine, printable } from "../../terminal/printable.ts";
import { stateWord } from "../../terminal/source-state.ts";
import { count, time } from "../../terminal/units.ts";
import { allWarnings } from "../../terminal/warnings.ts";
import { answer } from "../answer.ts";
import { terms } from "../options.ts";
import { namespaceArgument } from "./namespace.ts";

export const showCommand = Command.make(
  "show",
  { namespace: namespaceArgument, ...terms },
  ({ namespace, ...given }) =>
    answer(given, (client) => client.sources.get({ path: { namespace } }), shown),
).pipe(Command.withDescription("Show a source with its settings and its warnings"));

/** A line for each thing that is known of a source, then its warnings. */
const shown = (source: SourceDetails): string => {
  const facts: ReadonlyArray<readonly [name: string, value: string]> = [
    ["Namespace", source.namespace],
    ["Name", source.name],
    ["Kind", source.kind],
    ["State", stateText(source)],
    ["Reason", source.state.reason ?? "-"],
    ["Read again", timeText(source.state.retryAt)],
    ["Tools", count(source.toolCount, "tool")],
    ["To review", count(source.pendingToolCount, "tool")],
    ["Calls go to", source.url ?? "-"],
    ["Description", source.descriptionUrl ?? "-"],
    ["Base URL", source.baseUrl ?? "-"],
    ["Headers", source.headerNames.join(", ") || "-"],
    ["Variables", source.envNames.join(", ") || "-"],
    ["Enabled", yesOrNo(source.enabled)],
    ["Timeout", `${source.timeoutMs / 1_000} s`],
    ["Only", onlyText(source.only)],
    ["Overlay", yesOrNo(source.hasOverlay)],
    ["Inputs checked", yesOrNo(source.checkInputs)],
    ["New writes wait", yesOrNo(source.reviewNewWrites)],
    ["Told the trace", yesOrNo(source.traceContext)],
    ["Refreshed", timeText(source.refreshedAt)],
    ["Last error", source.lastError ?? "-"],
  ];
  const widest = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(widest)}  ${oneLine(value)}`);
  const { instructions } = source;
  const said = instructions === null ? [] : ["", "Its instructions:", printable(instructions)];
  const warnings = allWarnings(source);
  return [...lines, ...said, ...(warnings.length === 0 ? [] : ["", ...warnings])].join("\n");
};

const stateText = (source: SourceDetails): string => {
  const { code, since } = source.state;
  const why = code === null ? "" : ` (${code})`;
  return `${stateWord(source)}${why}${since === null ? "" : ` since ${time(since)}`}`;
};

const timeText = (at: DateTime.Utc | null): string => (at === null ? "-" : time(at));

const yesOrNo = (is: boolean): string => (is ? "yes" : "no");

const onlyText = (only: SourceDetails["only"]): string =>
  only === null
    ? "-"
    : Object.entries(only)
        .map(([what, patterns = []]) => `${what} ${patterns.join(", ")}`)
        .join("; ");
