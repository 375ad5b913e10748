import type { Resolved } from "./endpoint.ts";
import { parseKeyValueList } from "./key-value-list.ts";

/** From the general one to the particular one, which wins. */
const variables = ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_METRICS_HEADERS"];

/** These follow from the body. */
const reserved = new Set([
  "content-type",
  "content-encoding",
  "content-length",
  "transfer-encoding",
]);

/** Merged headers, names in lower case. */
export const resolveHeaders = (
  get: (name: string) => string | undefined,
): Resolved<Readonly<Record<string, string>>> => {
  const headers = new Map<string, string>();
  const problems: Array<string> = [];
  for (const variable of variables) {
    const list = parseKeyValueList(get(variable) ?? "");
    problems.push(...list.problems.map((problem) => `In ${variable}, ${problem}.`));
    for (const [key, value] of list.entries) {
      const name = key.toLowerCase();
      const problem = headerProblem(name, value);
      if (problem === undefined) headers.set(name, value);
      else problems.push(`In ${variable}, ${problem} and is left out.`);
    }
  }
  if (headers.has("x-axiom-dataset") && !headers.has("x-axiom-metrics-dataset")) {
    problems.push(
      "The header x-axiom-dataset names a dataset for traces and logs. Axiom takes metrics with x-axiom-metrics-dataset, which names a dataset of the metrics kind.",
    );
  }
  return { value: Object.fromEntries(headers), problems };
};

const headerProblem = (name: string, value: string): string | undefined => {
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return "an entry has no valid header name";
  if (!/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
    return `the value of ${name} has characters that a header cannot hold`;
  }
  return reserved.has(name) ? `${name} follows from what is sent` : undefined;
};
