/** One series of a rule test, in promtool's notation: `0+1x60`. */
export interface TestSeries {
  readonly series: string;
  readonly values: string;
}

/** A situation in which an alert is proved to fire, or not to. */
export interface TestCase {
  readonly what: string;
  readonly series: ReadonlyArray<TestSeries>;
  /** In promtool's notation. */
  readonly at: string;
  /** The labels of each alert that fires, its severity apart. */
  readonly fires: ReadonlyArray<Readonly<Record<string, string>>>;
}

export interface Alert {
  readonly name: string;
  readonly severity: "critical" | "warning" | "info";
  readonly expression: string;
  /** Seconds; 0 fires at once. */
  readonly forSeconds: number;
  /** One sentence; `{{ $labels.x }}` stands for a label. */
  readonly summary: string;
  /** What to look at and what to do. */
  readonly runbook: string;
  readonly tests: ReadonlyArray<TestCase>;
}

export interface RecordingRule {
  readonly record: string;
  readonly expression: string;
}
