import { instrument, labelOf } from "../instruments.ts";

/** One series of a rule test, in promtool's notation: `0+1x60`. */
export interface TestSeries {
  readonly series: string;
  readonly values: string;
}

/** A situation in which an alert must fire or stay silent. */
export interface TestCase {
  readonly situation: string;
  readonly series: ReadonlyArray<TestSeries>;
  /** Time of the evaluation in promtool's notation. */
  readonly at: string;
  /** Labels of each alert that fires, except its severity. */
  readonly fires: ReadonlyArray<Readonly<Record<string, string>>>;
}

export const fires = (
  situation: string,
  at: string,
  labels: Readonly<Record<string, string>>,
  ...series: ReadonlyArray<TestSeries>
): TestCase => ({ situation, series, at, fires: [labels] });

export const silent = (
  situation: string,
  at: string,
  ...series: ReadonlyArray<TestSeries>
): TestCase => ({ situation, series, at, fires: [] });

/** The target that every rule test scrapes. */
export const target = { job: "executor", instance: "a" };

const text = (name: string, labels: Readonly<Record<string, string>>): string =>
  `${name}{${Object.entries(labels)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(",")}}`;

const translated = (name: string, labels: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [labelOf(name, key), value]));

/** A series that Prometheus itself writes about the target. */
export const targetSeries = (name: string, values: string): TestSeries => ({
  series: text(name, target),
  values,
});

/** A series of a counter or a gauge; label keys are OpenTelemetry's. */
export const testSeries = (
  name: string,
  labels: Readonly<Record<string, string>>,
  values: string,
): TestSeries => ({
  series: text(instrument(name).prometheusName, { ...target, ...translated(name, labels) }),
  values,
});

/** A histogram's count. */
export const testCount = (
  name: string,
  labels: Readonly<Record<string, string>>,
  values: string,
): TestSeries => ({
  series: text(`${instrument(name).prometheusName}_count`, {
    ...target,
    ...translated(name, labels),
  }),
  values,
});

/** A histogram with all observations in the bucket that ends at `bound`. */
export const testHistogram = (
  name: string,
  labels: Readonly<Record<string, string>>,
  bound: number,
  values: string,
): ReadonlyArray<TestSeries> => {
  const { definition, prometheusName } = instrument(name);
  const bounds = definition.boundaries?.values ?? [];
  if (!bounds.includes(bound)) throw new Error(`${name} has no bucket that ends at ${bound}.`);
  const bucket = (le: number): TestSeries => ({
    series: text(`${prometheusName}_bucket`, {
      ...target,
      ...translated(name, labels),
      le: le === Infinity ? "+Inf" : String(le),
    }),
    values: le < bound ? "0+0x400" : values,
  });
  return [...bounds.map(bucket), testCount(name, labels, values)];
};
