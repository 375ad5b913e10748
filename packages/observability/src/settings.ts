import { parseArgs } from "node:util";

/** An operator's choices for the generated files. */
export interface Settings {
  /** PromQL's matchers of the daemons to watch, without braces. */
  readonly selector: string;
  /** Every window, age and `for` is divided by this, to try the rules out in minutes. */
  readonly speed: number;
  readonly thresholds: Thresholds;
  readonly objectives: Objectives;
  /** Address of the page of runbooks; an alert's name in lower case is the anchor of its section. */
  readonly runbooks: string;
  /** Axiom's dataset of the daemon's metrics. */
  readonly axiomDataset: string;
}

/** Part of the calls over 30 days that shall not fail: between 0 and 1. */
export interface Objectives {
  /** For every source that has none of its own. */
  readonly default: number;
  /** By namespace. */
  readonly sources: Readonly<Record<string, number>>;
  /** By the tool's whole name. */
  readonly tools: Readonly<Record<string, number>>;
}

const defaultThresholds = {
  /** Failed calls without one that worked before a source counts as failing. */
  failingCalls: 3,
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
  pushAgeSeconds: 600,
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
  objectives: { default: 0.95, sources: {}, tools: {} },
  runbooks: "https://runbooks.example/executor",
  axiomDataset: "executor-metrics",
};

/**
 * Reads `--out DIR --selector 'job="x"' --speed 60 --set name=value --objective 0.99 --objective github=0.999 --runbooks URL
 * --axiom-dataset NAME`. Throws where an argument is wrong.
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
      objective: { type: "string", multiple: true, default: [] },
      runbooks: { type: "string", default: defaultSettings.runbooks },
      "axiom-dataset": { type: "string", default: defaultSettings.axiomDataset },
    },
  });
  return {
    out: values.out,
    settings: {
      selector: values.selector,
      speed: positive("--speed", values.speed),
      thresholds: withThresholds(values.set),
      objectives: withObjectives(values.objective),
      runbooks: absolute("--runbooks", values.runbooks),
      axiomDataset: values["axiom-dataset"],
    },
  };
};

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${name} is a number above 0.`);
  return value;
};

const absolute = (name: string, address: string): string => {
  if (!URL.canParse(address)) throw new Error(`${name} is an absolute address, such as https://…`);
  return address;
};

/** `0.99` is the default, `github=0.99` a source's, and `github.repos.get=0.99`, with a dot in the name, a tool's. */
const withObjectives = (assignments: ReadonlyArray<string>): Objectives => {
  const sources: Record<string, number> = {};
  const tools: Record<string, number> = {};
  let fallback = defaultSettings.objectives.default;
  for (const assignment of assignments) {
    const [value = "", name] = assignment.split("=", 2).toReversed();
    const objective = positive(`--objective ${assignment}`, value);
    if (objective >= 1) throw new Error(`--objective ${assignment} is a number below 1.`);
    if (name === undefined) fallback = objective;
    else (name.includes(".") ? tools : sources)[name] = objective;
  }
  return { default: fallback, sources, tools };
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
