import type { RefreshedSource, SourceDetails } from "@executor/sdk/schemas";
import { count } from "./units.ts";
import { firstWarnings } from "./warnings.ts";

/** Addresses that a line names. */
const maxNamed = 10;

/** What a reading of a source's description changed of its tools, a line for each kind of change. */
const toolChanges = ({ changes }: RefreshedSource): ReadonlyArray<string> =>
  changes === null
    ? []
    : (["added", "removed", "changed"] as const).flatMap((kind) => {
        const all = changes.counts[kind];
        if (all === 0) return [];
        const named = changes[kind].slice(0, maxNamed);
        const more = all > named.length ? ` and ${all - named.length} more` : "";
        return [`${count(all, "tool")} ${kind}: ${named.join(", ")}${more}`];
      });

/** The tools of a source that wait, with the command that shows them; nothing where there are none. */
const waitingTools = ({ namespace, pendingToolCount }: SourceDetails): ReadonlyArray<string> =>
  pendingToolCount === 0
    ? []
    : [`${count(pendingToolCount, "tool")} to review: executor sources review ${namespace}`];

/** What a command tells of a source that it read, or changed: the tools that changed or wait, and the first warnings. */
export const afterReading = (source: RefreshedSource): ReadonlyArray<string> => [
  ...toolChanges(source),
  ...waitingTools(source),
  ...firstWarnings(source),
];
