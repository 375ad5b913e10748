/** One line of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"(?:,|$)/g;

/** Reads text format 0.0.4 as far as tests need it: every sample, escapes undone. */
export const parseExposition = (text: string): ReadonlyArray<Sample> =>
  text
    .split("\n")
    .filter((row) => row !== "" && !row.startsWith("#"))
    .map((row) => {
      const match = line.exec(row);
      if (match === null) throw new Error(`Not a sample of the text format: ${row}`);
      const [, name = "", labels = "", value = ""] = match;
      return { name, labels: readLabels(labels), value: readValue(value) };
    });

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

const readLabels = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(label)].map(([, key = "", value = ""]) => [key, unescape(value)]),
  );

const unescape = (value: string): string =>
  value.replace(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));

const readValue = (text: string): number =>
  text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text);
