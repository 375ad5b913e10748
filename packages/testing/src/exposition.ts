import { readSample, readValue, unescapeText } from "@executor/api/metrics-text";
import type { Sample } from "@executor/api/metrics-text";

export { readSamples } from "@executor/api/metrics-text";
export type { Sample } from "@executor/api/metrics-text";

/** The sum of the samples of this name whose labels hold all of `labels`. */
export const sumOf = (
  samples: ReadonlyArray<Sample>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number =>
  samples
    .filter((sample) => sample.name === name)
    .filter((sample) =>
      Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
    )
    .reduce((sum, sample) => sum + sample.value, 0);

/** Samples under one `TYPE` line. */
export interface TextFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string | undefined;
  readonly samples: ReadonlyArray<Sample>;
}

/**
 * Reads text format 0.0.4 and throws at everything that the format, or a server that stores it, objects to: samples outside
 * their family, duplicate series, buckets that do not increase.
 */
export const readFamilies = (text: string): ReadonlyArray<TextFamily> => {
  if (text === "") return [];
  if (!text.endsWith("\n")) throw new Error("The last line does not end.");
  const families: Array<TextFamily & { samples: Array<Sample> }> = [];
  const identities = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    if (line.startsWith("# HELP ")) {
      if (help !== undefined) throw new Error(`Two HELP lines follow each other: ${line}`);
      const [name = "", ...rest] = line.slice(7).split(" ");
      help = { name, text: readHelp(rest.join(" ")) };
    } else if (line.startsWith("# TYPE ")) {
      const [name = "", type = "", ...rest] = line.slice(7).split(" ");
      if (rest.length > 0) throw new Error(`Text follows the type: ${line}`);
      if (help !== undefined && help.name !== name) throw new Error(`HELP of another: ${line}`);
      if (families.some((family) => family.name === name)) throw new Error(`Repeated: ${line}`);
      families.push({ name, type, help: help?.text, samples: [] });
      help = undefined;
    } else {
      const family = families.at(-1);
      const sample = readSample(line);
      if (family === undefined || help !== undefined) throw new Error(`No TYPE before ${line}`);
      if (!belongs(sample, family)) throw new Error(`Under the TYPE of ${family.name}: ${line}`);
      if (Object.keys(sample.labels).some((label) => label.startsWith("__"))) {
        throw new Error(`Reserved label: ${line}`);
      }
      const labels = Object.entries(sample.labels).toSorted(([a], [b]) => (a < b ? -1 : 1));
      const identity = JSON.stringify([sample.name, labels]);
      if (identities.has(identity)) throw new Error(`Duplicate series: ${line}`);
      identities.add(identity);
      family.samples.push(sample);
    }
  }
  if (help !== undefined) throw new Error("HELP without TYPE.");
  for (const family of families) {
    if (family.samples.length === 0) throw new Error(`No samples of ${family.name}.`);
    if (family.type === "histogram") checkHistogram(family);
  }
  return families;
};

const readHelp = (text: string): string => {
  if (/\\(?:[^\\n]|$)/.test(text.replaceAll("\\\\", ""))) throw new Error(`Bad escape in ${text}`);
  return unescapeText(text);
};

const belongs = ({ name, labels }: Sample, family: TextFamily): boolean => {
  const isTotal = name === `${family.name}_sum` || name === `${family.name}_count`;
  switch (family.type) {
    case "counter":
    case "gauge":
      return name === family.name;
    case "histogram":
      return "le" in labels ? name === `${family.name}_bucket` : isTotal;
    case "summary":
      return "quantile" in labels ? name === family.name : isTotal;
    default:
      throw new Error(`Unknown type ${family.type}.`);
  }
};

const checkHistogram = ({ name, samples }: TextFamily): void => {
  let bound = Number.NEGATIVE_INFINITY;
  let count = 0;
  let buckets = 0;
  for (const sample of samples) {
    if (sample.name === `${name}_bucket`) {
      const next = readValue(sample.labels["le"] ?? "");
      if (buckets > 0 && !(next > bound)) throw new Error(`${name}: bounds do not increase.`);
      if (sample.value < count) throw new Error(`${name}: buckets are not cumulative.`);
      bound = next;
      count = sample.value;
      buckets += 1;
    } else if (sample.name === `${name}_count`) {
      if (bound !== Number.POSITIVE_INFINITY) throw new Error(`${name}: no +Inf bucket.`);
      if (sample.value !== count) throw new Error(`${name}: the count is not that of +Inf.`);
      bound = Number.NEGATIVE_INFINITY;
      count = 0;
      buckets = 0;
    }
  }
  if (buckets > 0) throw new Error(`${name}: no count.`);
};
