import type { Source } from "@executor/sdk";

const maxNamespaces = 50;
const maxNameChars = 60;

/** One line for each source that agent code can call, as far as a description may grow. */
export const namespaceLines = (sources: ReadonlyArray<Source>): ReadonlyArray<string> => {
  const usable = sources.filter(({ enabled, kind }) => enabled && kind !== "executor");
  const lines = usable
    .slice(0, maxNamespaces)
    .map(
      ({ namespace, name, toolCount }) => `- ${namespace}: ${oneLine(name)} (${tools(toolCount)})`,
    );
  if (usable.length > maxNamespaces) {
    lines.push(
      `- and ${usable.length - maxNamespaces} more: await tools.executor.sources.list({})`,
    );
  }
  return lines.length > 0 ? lines : ["- none yet. The operator can add one."];
};

/** A source's name comes from its description, and whoever wrote that is not to write here at length. */
const oneLine = (name: string): string => {
  const line = name.replaceAll(/[\s\p{C}]+/gu, " ").trim();
  return line.length > maxNameChars ? `${line.slice(0, maxNameChars)}…` : line;
};

const tools = (count: number): string => (count === 1 ? "1 tool" : `${count} tools`);
