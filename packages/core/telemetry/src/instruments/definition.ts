import type { MetricBoundaries } from "effect";

/** What every instrument declares about itself, once, at module scope. */
export interface InstrumentOptions<Label extends string> {
  /** OpenTelemetry name: lower case, dots between namespaces, no unit and no `_total`. */
  readonly name: string;
  readonly description: string;
  /** UCUM unit: `s`, `By`, `1`, or an annotation such as `{call}`. */
  readonly unit: string;
  /** The closed list of label keys; a measurement can carry no other. */
  readonly labels: ReadonlyArray<Label>;
  /**
   * How many label sets the instrument may hold before measurements go to the overflow set.
   * A function where the bound follows something that grows, such as the number of tools.
   */
  readonly maxLabelSets?: number | (() => number);
}

export interface InstrumentDefinition extends InstrumentOptions<string> {
  readonly type: "counter" | "gauge" | "histogram";
  readonly boundaries?: MetricBoundaries.MetricBoundaries;
}

/** The values of one measurement's labels. `undefined` and `""` both mean that the label is absent. */
export type LabelValues<Label extends string> = {
  readonly [Key in Label]: string | undefined;
};
