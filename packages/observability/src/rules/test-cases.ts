import { instrument, labelOf } from "../instruments.ts";
import { nativeValues } from "./native-values.ts";

type Labels = Readonly<Record<string, string>>;

/** How a server stores histograms: as series for the buckets, the sum and the count, or as one native series. */
export type HistogramForm = "classic" | "native";

/** One series of a rule test, in promtool's notation: `0+1x60`. */
export interface TestSeries {
  readonly series: string;
  readonly values: string;
}

/** A histogram of a rule test in either form. */
type TestHistogram = Readonly<Record<HistogramForm, ReadonlyArray<TestSeries>>>;

type TestInput = TestSeries | TestHistogram;

/** A situation in which an alert must fire or stay silent. */
export interface TestCase {
  readonly situation: string;
  readonly input: ReadonlyArray<TestInput>;
  /** Time of the evaluation in promtool's notation. */
  readonly at: string;
  /** Each alert that fires: its labels, except its severity, and its value as the description shows it. */
  readonly fires: ReadonlyArray<{ readonly labels: Labels; readonly shown: Shown }>;
}

/** A value as an alert's description shows it; quantiles of the two forms are not quite the same. */
export type Shown = string | Readonly<Record<HistogramForm, string>>;

/** Values of one series, or of several by what tells them apart. */
type Values = string | Labels;

/** Cases in which an alert with these labels fires and shows a value, and cases in which it stays silent. */
export const testCases = (
  series: (values: string, key: string) => TestInput,
  labels: Labels,
  firing: Readonly<Record<string, readonly [at: string, values: Values, shown: Shown]>>,
  silent: Readonly<Record<string, readonly [at: string, values: Values]>>,
): ReadonlyArray<TestCase> => {
  const input = (values: Values): ReadonlyArray<TestInput> =>
    Object.entries(typeof values === "string" ? { "": values } : values).map(([key, each]) =>
      series(each, key),
    );
  return [
    ...Object.entries(firing).map(([situation, [at, values, shown]]) => ({
      situation,
      input: input(values),
      at,
      fires: [{ labels, shown }],
    })),
    ...Object.entries(silent).map(([situation, [at, values]]) => ({
      situation,
      input: input(values),
      at,
      fires: [],
    })),
  ];
};

/** Whether a case says something else where histograms are native. */
export const hasHistogram = ({ input }: TestCase): boolean =>
  input.some((each) => "native" in each);

/** The series of a case in one form. */
export const seriesOf = (
  { input }: Pick<TestCase, "input">,
  form: HistogramForm,
): ReadonlyArray<TestSeries> => input.flatMap((each) => ("native" in each ? each[form] : [each]));

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

/** A histogram whose observations took up to a second, by its count. */
export const testCount = (name: string, labels: Labels, values: string): TestHistogram => {
  const { prometheusName } = instrument(name);
  const series = (suffix: string, text: string) =>
    targetSeries(prometheusName + suffix, text, translated(name, labels));
  return { classic: [series("_count", values)], native: [series("", nativeValues(1, values))] };
};

/** A histogram with all observations in the bucket that ends at `bound`. */
export const testHistogram = (
  name: string,
  labels: Labels,
  bound: number,
  values: string,
): TestHistogram => {
  const { definition, prometheusName } = instrument(name);
  const bounds = definition.boundaries?.values ?? [];
  if (!bounds.includes(bound)) throw new Error(`${name} has no bucket that ends at ${bound}.`);
  const bucket = (le: number): TestSeries =>
    targetSeries(`${prometheusName}_bucket`, le < bound ? "0+0x400" : values, {
      ...translated(name, labels),
      le: le === Infinity ? "+Inf" : String(le),
    });
  const { classic } = testCount(name, labels, values);
  const native = targetSeries(
    prometheusName,
    nativeValues(bound, values),
    translated(name, labels),
  );
  return { classic: [...bounds.map(bucket), ...classic], native: [native] };
};

/** The daemon of every rule test: it started with the first scrape. Series that a test has itself are left out. */
export const watched = (own: ReadonlyArray<TestSeries>): ReadonlyArray<TestSeries> =>
  [
    testSeries("executor.build_info", {}, "1+0x5000"),
    testSeries("process.uptime", {}, "0+60x5000"),
  ].filter(({ series }) => own.every((each) => each.series !== series));
