import type { SourceDetails, SourceWarning } from "@executor/sdk/schemas";
import { oneLine } from "./printable.ts";
import { count } from "./units.ts";

/** Warnings that a command prints whose purpose is another one. */
const maxPrinted = 10;

/** A line for each of a source's warnings, below a heading; nothing where there are none. */
export const allWarnings = ({ warningCount, warnings }: SourceDetails): ReadonlyArray<string> =>
  warningCount === 0 ? [] : [`${count(warningCount, "warning")}:`, ...warnings.map(line)];

/** {@link allWarnings} up to a number, with the command that shows the others. */
export const firstWarnings = (source: SourceDetails): ReadonlyArray<string> => {
  const { namespace, warningCount } = source;
  const lines = allWarnings(source);
  return warningCount <= maxPrinted
    ? lines
    : [
        ...lines.slice(0, maxPrinted + 1),
        `and ${warningCount - maxPrinted} more: executor sources show ${namespace}`,
      ];
};

const line = ({ code, message, place }: SourceWarning): string =>
  oneLine(place === null ? `- ${code}: ${message}` : `- ${code} at ${place}: ${message}`);
