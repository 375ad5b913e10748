/** One sample of the text format: a line that is not a comment. */
export interface Sample {
  readonly name: string;
  /** Values with their escapes undone. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * The samples of a body in Prometheus's text format 0.0.4, in their order; comments and empty lines are skipped. Throws an
 * `Error` that quotes the line where a line is not a sample.
 *
 * ```ts
 * import { readSamples } from "@executor/api/metrics-text";
 *
 * const [first] = readSamples('requests_total{method="GET"} 3\n');
 * console.log(first?.labels["method"], first?.value); // GET 3
 * ```
 */
export const readSamples = (text: string): ReadonlyArray<Sample> =>
  text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map(readSample);

const namePattern = /[a-zA-Z_:][\w:]*/y;
/** One label and what separates it from the next, or ends the list. */
const labelPattern = /[{,]([a-zA-Z_]\w*)="((?:[^"\\]|\\[\\"n])*)"/y;

/** A line such as `name{label="value"} 1.5`; throws where it is anything else, a label occurs twice, or a value is empty. */
export const readSample = (line: string): Sample => {
  const fail = (reason: string): never => {
    throw new Error(`This line of the text format ${reason}: ${line}`);
  };
  namePattern.lastIndex = 0;
  const name = namePattern.exec(line)?.[0] ?? fail("has no name");
  let at = name.length;
  const labels = new Map<string, string>();
  for (labelPattern.lastIndex = at; ; at = labelPattern.lastIndex) {
    const found = labelPattern.exec(line);
    if (found === null) break;
    const [, label = "", value = ""] = found;
    if (found[0].startsWith("{") !== (at === name.length)) fail("has a misplaced brace or comma");
    if (labels.has(label)) fail(`has the label ${label} twice`);
    if (value === "") fail(`has an empty value of ${label}`);
    labels.set(label, unescapeText(value));
  }
  const value = line.slice(at);
  const start = at === name.length ? " " : "} ";
  if (!value.startsWith(start)) fail(`lacks "${start}" before its value`);
  return { name, labels: Object.fromEntries(labels), value: readValue(value.slice(start.length)) };
};

/** A sample's value, or a bound of a bucket: decimal digits as Go writes them, `NaN`, `+Inf` or `-Inf`. Throws otherwise. */
export const readValue = (text: string): number => {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  if (text === "NaN") return Number.NaN;
  const value = Number(text);
  if (text === "" || text.trim() !== text || !Number.isFinite(value)) {
    throw new Error(`This is not a value of the text format: ${JSON.stringify(text)}`);
  }
  return value;
};

/** A label's value or a help text without its escapes. */
export const unescapeText = (text: string): string =>
  text.includes("\\")
    ? text.replaceAll(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character))
    : text;
