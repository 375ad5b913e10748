import type { Labels, MetricType, Repair } from "./series.ts";

/** Units by UCUM code, in the words that Prometheus names end in (OpenTelemetry's "Prometheus and OpenMetrics Compatibility"). */
export const unitWords: ReadonlyMap<string, string> = new Map(
  Object.entries({
    d: "days",
    h: "hours",
    min: "minutes",
    s: "seconds",
    ms: "milliseconds",
    us: "microseconds",
    ns: "nanoseconds",
    By: "bytes",
    KiBy: "kibibytes",
    MiBy: "mebibytes",
    GiBy: "gibibytes",
    TiBy: "tibibytes",
    KBy: "kilobytes",
    MBy: "megabytes",
    GBy: "gigabytes",
    TBy: "terabytes",
    m: "meters",
    V: "volts",
    A: "amperes",
    J: "joules",
    W: "watts",
    g: "grams",
    Cel: "celsius",
    Hz: "hertz",
    "%": "percent",
    "1": "",
  }),
);

const codes = new Map([...unitWords].map(([code, word]) => [word, code]));

/** Durations leave in seconds, Prometheus's base unit, whatever they were recorded in. */
const secondDivisors = new Map([
  ["ms", 1e3],
  ["us", 1e6],
  ["ns", 1e9],
]);

/** A unit, and the number that recorded values are divided by to be in it. */
export interface ReadUnit {
  /** UCUM. */
  readonly unit: string;
  readonly divisor: number;
}

/** The unit in which a metric leaves; `recorded` is in UCUM, or in words as Effect's timers and tags have it. */
export const toReadUnit = (recorded: string): ReadUnit => {
  const code = recorded === "" ? "" : (codes.get(recorded) ?? recorded);
  const divisor = secondDivisors.get(code);
  return divisor === undefined ? { unit: code, divisor: 1 } : { unit: "s", divisor };
};

/** Whether this names a unit: in UCUM, as an annotation such as `{call}`, or in words as Effect's timers do. */
export const isUnit = (text: string): boolean =>
  unitWords.has(text) || (text !== "" && codes.has(text)) || /^\{[^{}]*\}$/.test(text);

type Tags = ReadonlyArray<{ readonly key: string; readonly value: string }>;

/** The label that holds a frequency's word, as Effect's OTLP exporter names it. */
const wordLabel = "key";

/** The label that samples of a kind of metric have beside those of the measurement. */
export const reservedLabels: Readonly<Record<MetricType | "frequency", string | undefined>> = {
  counter: undefined,
  sum: undefined,
  gauge: undefined,
  histogram: "le",
  summary: "quantile",
  frequency: wordLabel,
};

/** Whether a tag names the unit, by Effect's convention: a tag `unit`, or a timer's `time_unit`. */
const isUnitTag = ({ key, value }: Tags[number]): boolean =>
  (key === "unit" || key === "time_unit") && isUnit(value);

/** The unit that the tags name, `""` for none. */
export const unitOfTags = (tags: Tags): string => tags.find(isUnitTag)?.value ?? "";

/** How the tags of a metric become labels. */
export interface LabelOptions {
  /** The label that the metric's kind has for itself. */
  readonly reserved: string | undefined;
  /** Whether tags may name the unit: nothing else declares it. */
  readonly unitInTags: boolean;
}

export interface ReadLabels {
  readonly labels: Labels;
  readonly repairs: ReadonlyArray<Repair>;
}

const noRepairs: ReadonlyArray<Repair> = [];

/**
 * The labels of any tags: the tags themselves where they can be. An empty value is no label. The values of a key that is there
 * twice are joined with `;` in the order of the keys (OpenTelemetry's "Prometheus and OpenMetrics Compatibility", "Metric
 * Attributes"). Half a surrogate pair has no UTF-8 and is replaced, since values that differ only there would become equal on
 * the wire.
 */
export const readLabels = (tags: Tags, options: LabelOptions): ReadLabels => {
  if (areLabels(tags, options)) return { labels: tags, repairs: noRepairs };
  const { reserved, unitInTags } = options;
  const values = new Map<string, string>();
  const repairs = new Set<Repair>();
  for (const tag of tags.toSorted(byKey)) {
    if (tag.value === "" || (unitInTags && isUnitTag(tag))) continue;
    const isReserved = tag.key === reserved;
    if (isReserved) repairs.add("reserved_label");
    const key = isReserved ? `exported_${tag.key}` : tag.key.toWellFormed();
    const value = tag.value.toWellFormed();
    const existing = values.get(key);
    if (existing !== undefined) repairs.add("label_name");
    values.set(key, existing === undefined ? value : `${existing};${value}`);
  }
  const labels = [...values].map(([key, value]) => ({ key, value })).toSorted(byKey);
  return { labels, repairs: repairs.size === 0 ? noRepairs : [...repairs] };
};

/** Whether tags are labels as they are. */
const areLabels = (tags: Tags, { reserved, unitInTags }: LabelOptions): boolean => {
  let previous: string | undefined;
  for (const tag of tags) {
    const { key, value } = tag;
    if (value === "" || key === reserved || !value.isWellFormed() || !key.isWellFormed()) {
      return false;
    }
    if (previous !== undefined && previous >= key) return false;
    if (unitInTags && isUnitTag(tag)) return false;
    previous = key;
  }
  return true;
};

/** The labels with a frequency's word; an empty word is no label. */
export const withWord = (labels: Labels, word: string): Labels =>
  word === ""
    ? labels
    : [...labels, { key: wordLabel, value: word.toWellFormed() }].toSorted(byKey);

const byKey = (left: Tags[number], right: Tags[number]): number =>
  left.key < right.key ? -1 : left.key > right.key ? 1 : 0;
