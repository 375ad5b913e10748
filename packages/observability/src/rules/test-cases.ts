import { instrument, labelOf } from "../instruments.ts";

type Labels = Readonly<Record<string, string>>;

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
  readonly fires: ReadonlyArray<Labels>;
}

/** By situation, the time of the evaluation and the values of one series, or of several by what tells them apart. */
type Situations = Readonly<Record<string, readonly [at: string, values: string | Labels]>>;

/** Cases in which an alert with these labels fires, and cases in which it stays silent. */
export const testCases = (
  series: (values: string, key: string) => TestSeries | ReadonlyArray<TestSeries>,
  labels: Labels,
  firing: Situations,
  silent: Situations,
): ReadonlyArray<TestCase> => {
  const casesOf = (situations: Situations, fires: ReadonlyArray<Labels>) =>
    Object.entries(situations).map(([situation, [at, values]]) => {
      const byKey = typeof values === "string" ? { "": values } : values;
      return {
        situation,
        series: Object.entries(byKey).flatMap(([key, each]) => series(each, key)),
        at,
        fires,
      };
    });
  return [...casesOf(firing, [labels]), ...casesOf(silent, [])];
};

/** The target that every rule test scrapes. */
export const target = { job: "executor", instance: "a" };

/** The labels of an alert about all targets of a job. */
export const daemon = { job: "executor" };

/** A series that Prometheus itself writes about the target. */
export const targetSeries = (name: string, values: string, labels: Labels = {}): TestSeries => ({
  series: `${name}{${Object.entries({ ...target, ...labels })
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(",")}}`,
  values,
});

const translated = (name: string, labels: Labels) =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [labelOf(name, key), value]));

/** A series of a counter or a gauge; label keys are OpenTelemetry's. */
export const testSeries = (name: string, labels: Labels, values: string): TestSeries =>
  targetSeries(instrument(name).prometheusName, values, translated(name, labels));

/** A histogram's count. */
export const testCount = (name: string, labels: Labels, values: string): TestSeries =>
  targetSeries(`${instrument(name).prometheusName}_count`, values, translated(name, labels));

/** A histogram with all observations in the bucket that ends at `bound`. */
export const testHistogram = (
  name: string,
  labels: Labels,
  bound: number,
  values: string,
): ReadonlyArray<TestSeries> => {
  const { definition, prometheusName } = instrument(name);
  const bounds = definition.boundaries?.values ?? [];
  if (!bounds.includes(bound)) throw new Error(`${name} has no bucket that ends at ${bound}.`);
  const bucket = (le: number): TestSeries =>
    targetSeries(`${prometheusName}_bucket`, le < bound ? "0+0x400" : values, {
      ...translated(name, labels),
      le: le === Infinity ? "+Inf" : String(le),
    });
  return [...bounds.map(bucket), testCount(name, labels, values)];
};
