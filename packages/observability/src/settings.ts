/** What an operator may choose about the generated rules. */
export interface RuleSettings {
  /** PromQL's matchers of the daemons to watch, without braces. */
  readonly selector: string;
  /** Every window, age and `for` is divided by this, to try the rules out in minutes. */
  readonly speed: number;
  readonly thresholds: Thresholds;
}

export const defaultThresholds = {
  /** Part of the judged tool calls that may fail; burn rates are relative to it. */
  toolErrorBudget: 0.05,
  /** Calls, executions or requests in the longer window before a ratio says anything. */
  minimumTraffic: 20,
  toolP95Seconds: 30,
  invalidInputRatio: 0.5,
  terminatedRatio: 0.2,
  queueP95Seconds: 1,
  approvalAgeSeconds: 300,
  expiredApprovalsRatio: 0.5,
  minimumApprovals: 5,
  refusals: 20,
  seriesRatio: 0.8,
  scrapeP99Seconds: 2,
  eventLoopP99Seconds: 0.5,
  memoryBytes: 2 * 1024 ** 3,
  restarts: 3,
  serverErrorRatio: 0.05,
};

export type Thresholds = Readonly<Record<keyof typeof defaultThresholds, number>>;

/** The daemon's own name as a scrape target and as one that pushes. */
export const defaultSelector = 'job=~"executor.*"';

export interface Settings extends RuleSettings {
  /** Where the daemon's metrics are at Axiom. */
  readonly axiomDataset: string;
}

export const defaultSettings: Settings = {
  selector: defaultSelector,
  speed: 1,
  thresholds: defaultThresholds,
  axiomDataset: "executor-metrics",
};
