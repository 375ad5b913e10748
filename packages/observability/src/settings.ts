import { parseArgs } from "node:util";

/** An operator's choices for the generated files. */
export interface Settings {
  /** PromQL's matchers of the daemons to watch, without braces. */
  readonly selector: string;
  /** Every window, age and `for` is divided by this, to try the rules out in minutes. */
  readonly speed: number;
  readonly thresholds: Thresholds;
  /** Axiom's dataset of the daemon's metrics. */
  readonly axiomDataset: string;
}

const defaultThresholds = {
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

type Thresholds = Readonly<Record<keyof typeof defaultThresholds, number>>;

export const defaultSettings: Settings = {
  /** The daemon's own name as a scrape target and as one that pushes. */
  selector: 'job=~"executor.*"',
  speed: 1,
  thresholds: defaultThresholds,
  axiomDataset: "executor-metrics",
};

/**
 * Reads `--out DIR --selector 'job="x"' --speed 60 --set name=value --axiom-dataset NAME`. Throws where an argument is wrong.
 * `out`: the directory for an operator's files; the repository unless given.
 */
export const readArguments = (
  args: ReadonlyArray<string>,
): { readonly out: string | undefined; readonly settings: Settings } => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: "string" },
      selector: { type: "string", default: defaultSettings.selector },
      speed: { type: "string", default: "1" },
      set: { type: "string", multiple: true, default: [] },
      "axiom-dataset": { type: "string", default: defaultSettings.axiomDataset },
    },
  });
  return {
    out: values.out,
    settings: {
      selector: values.selector,
      speed: positive("--speed", values.speed),
      thresholds: withThresholds(values.set),
      axiomDataset: values["axiom-dataset"],
    },
  };
};

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${name} is a number above 0.`);
  return value;
};

const withThresholds = (assignments: ReadonlyArray<string>): Thresholds => {
  const chosen = assignments.map((assignment) => {
    const [name = "", value = ""] = assignment.split("=", 2);
    if (!(name in defaultThresholds)) {
      throw new Error(
        `There is no threshold ${name}. There are ${Object.keys(defaultThresholds).join(", ")}.`,
      );
    }
    return [name, positive(`--set ${name}`, value)] as const;
  });
  return { ...defaultThresholds, ...Object.fromEntries(chosen) };
};
