/** One sample as it was read. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

export interface ParsedFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string | undefined;
  readonly samples: ReadonlyArray<ParsedSample>;
}

/**
 * Reads text format 0.0.4 and throws at whatever the format, or a server that stores it, takes exception to. Knows nothing
 * of the writer, and reads rune by rune where the writer works with expressions.
 */
export const parseText = (text: string): ReadonlyArray<ParsedFamily> => {
  if (text === "") return [];
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families: Array<ParsedFamily & { samples: Array<ParsedSample> }> = [];
  const seriesSeen = new Set<string>();
  let help: { readonly name: string; readonly text: string } | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    if (line.startsWith("# HELP ")) {
      if (help !== undefined) throw new Error(`two HELP lines: ${line}`);
      const [name = "", ...rest] = line.slice(7).split(" ");
      help = { name, text: unescape(rest.join(" "), "\\n") };
    } else if (line.startsWith("# TYPE ")) {
      const [name = "", type = "", ...rest] = line.slice(7).split(" ");
      if (rest.length > 0) throw new Error(`text after the type: ${line}`);
      if (help !== undefined && help.name !== name) throw new Error(`HELP of another: ${line}`);
      if (families.some((family) => family.name === name)) throw new Error(`again: ${line}`);
      families.push({ name, type, help: help?.text, samples: [] });
      help = undefined;
    } else {
      const family = families.at(-1);
      const sample = parseSample(line);
      if (family === undefined || help !== undefined) throw new Error(`no TYPE before ${line}`);
      if (!belongs(sample, family)) throw new Error(`in the group of ${family.name}: ${line}`);
      const series = JSON.stringify([
        sample.name,
        [...sample.labels.keys()].toSorted().map((label) => [label, sample.labels.get(label)]),
      ]);
      if (seriesSeen.has(series)) throw new Error(`duplicate series: ${line}`);
      seriesSeen.add(series);
      family.samples.push(sample);
    }
  }
  if (help !== undefined) throw new Error("HELP without TYPE");
  for (const family of families) {
    if (family.samples.length === 0) throw new Error(`no samples of ${family.name}`);
    if (family.type === "histogram") checkHistogram(family);
  }
  return families;
};

const belongs = ({ name, labels }: ParsedSample, family: ParsedFamily): boolean => {
  switch (family.type) {
    case "counter":
    case "gauge":
      return name === family.name;
    case "histogram":
      return (
        (name === `${family.name}_bucket` && labels.has("le")) ||
        ((name === `${family.name}_sum` || name === `${family.name}_count`) && !labels.has("le"))
      );
    case "summary":
      return (
        (name === family.name && labels.has("quantile")) ||
        ((name === `${family.name}_sum` || name === `${family.name}_count`) &&
          !labels.has("quantile"))
      );
    default:
      throw new Error(`unknown type ${family.type}`);
  }
};

const checkHistogram = ({ name, samples }: ParsedFamily): void => {
  let bound = Number.NEGATIVE_INFINITY;
  let count = 0;
  let buckets = 0;
  for (const sample of samples) {
    if (sample.name === `${name}_bucket`) {
      const next = parseValue(sample.labels.get("le") ?? "");
      if (buckets > 0 && !(next > bound)) throw new Error(`${name}: bounds do not increase`);
      if (sample.value < count) throw new Error(`${name}: buckets are not cumulative`);
      bound = next;
      count = sample.value;
      buckets += 1;
    } else if (sample.name === `${name}_count`) {
      if (bound !== Number.POSITIVE_INFINITY) throw new Error(`${name}: no +Inf bucket`);
      if (sample.value !== count) throw new Error(`${name}: count is not that of +Inf`);
      bound = Number.NEGATIVE_INFINITY;
      count = 0;
      buckets = 0;
    }
  }
  if (buckets > 0) throw new Error(`${name}: no count`);
};

const parseSample = (line: string): ParsedSample => {
  let at = 0;
  const takeName = (first: string): string => {
    const start = at;
    while (
      at < line.length &&
      (at === start ? first : `${first}0123456789`).includes(line.charAt(at))
    )
      at += 1;
    if (at === start) throw new Error(`no name at ${start}: ${line}`);
    return line.slice(start, at);
  };
  const expectRune = (rune: string): void => {
    if (line.charAt(at) !== rune) throw new Error(`no ${rune} at ${at}: ${line}`);
    at += 1;
  };
  const name = takeName(`${letters}:`);
  const labels = new Map<string, string>();
  if (line.charAt(at) === "{") {
    do {
      at += 1;
      const label = takeName(letters);
      if (label.startsWith("__")) throw new Error(`reserved label: ${line}`);
      if (labels.has(label)) throw new Error(`label ${label} twice: ${line}`);
      expectRune("=");
      expectRune('"');
      const start = at;
      while (line.charAt(at) !== '"') {
        if (at >= line.length) throw new Error(`open quote: ${line}`);
        at += line.charAt(at) === "\\" ? 2 : 1;
      }
      const value = unescape(line.slice(start, at), '\\n"');
      if (value === "") throw new Error(`empty value of ${label}: ${line}`);
      labels.set(label, value);
      at += 1;
    } while (line.charAt(at) === ",");
    expectRune("}");
  }
  expectRune(" ");
  return { name, labels, value: parseValue(line.slice(at)) };
};

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";

const parseValue = (text: string): number => {
  if (text === "NaN") return Number.NaN;
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "-Inf") return Number.NEGATIVE_INFINITY;
  const value = Number(text);
  if (text === "" || text.trim() !== text || !Number.isFinite(value)) {
    throw new Error(`no value: ${text}`);
  }
  return value;
};

const unescape = (text: string, escapable: string): string => {
  let plain = "";
  for (let at = 0; at < text.length; at += 1) {
    const rune = text.charAt(at);
    if (rune !== "\\") {
      if (rune === '"' && escapable.includes('"')) throw new Error(`bare quote in ${text}`);
      plain += rune;
      continue;
    }
    at += 1;
    const escaped = text.charAt(at);
    if (escaped === "" || !escapable.includes(escaped)) throw new Error(`bad escape in ${text}`);
    plain += escaped === "n" ? "\n" : escaped;
  }
  return plain;
};
