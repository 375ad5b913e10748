/** One line of the Prometheus text format. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const line = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)/;
const label = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g;

/** Reads text format 0.0.4, as far as Executor writes it. */
export const readSamples = (text: string): ReadonlyArray<Sample> =>
  text.split("\n").flatMap((row) => {
    const match = line.exec(row);
    if (match === null) return [];
    const [, name = "", labels = "", value = ""] = match;
    return [{ name, labels: readLabels(labels), value: readNumber(value) }];
  });

const readLabels = (text: string): Record<string, string> =>
  Object.fromEntries(
    [...text.matchAll(label)].map(([, name = "", value = ""]) => [name, unescape(value)]),
  );

const unescape = (value: string): string =>
  value.replaceAll(/\\(.)/g, (_, character: string) => (character === "n" ? "\n" : character));

export const readNumber = (text: string): number =>
  text === "+Inf"
    ? Number.POSITIVE_INFINITY
    : text === "-Inf"
      ? Number.NEGATIVE_INFINITY
      : Number(text);
