import { Namespace, ToolAddress } from "@executor/sdk/schemas";
import { Schema } from "effect";
import { parseArgs } from "node:util";
import { areMatchers } from "./matchers.ts";

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

/** An argument that cannot be taken; the message says what would be. */
export class WrongArgument extends Error {
  override readonly name = "WrongArgument";
}

/**
 * Reads `--out DIR --selector 'job="x"' --speed 60 --set name=value --objective 0.99 --objective github=0.999 --runbooks URL
 * --axiom-dataset NAME`. Throws {@link WrongArgument}.
 * `out`: the directory for an operator's files; the repository unless given.
 */
export const readArguments = (
  args: ReadonlyArray<string>,
): { readonly out: string | undefined; readonly settings: Settings } => {
  const values = parse(args);
  return {
    out: values.out,
    settings: {
      selector: matchers("--selector", values.selector),
      speed: positive("--speed", values.speed),
      thresholds: withThresholds(values.set),
      objectives: withObjectives(values.objective),
      runbooks: webPage("--runbooks", values.runbooks),
      axiomDataset: values["axiom-dataset"],
    },
  };
};

const parse = (args: ReadonlyArray<string>) => {
  try {
    return parseArgs({
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
    }).values;
  } catch (error) {
    throw new WrongArgument(error instanceof Error ? error.message : String(error));
  }
};

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value)))
    throw new WrongArgument(`${name} is a number above 0.`);
  return value;
};

const matchers = (name: string, text: string): string => {
  if (!areMatchers(text)) {
    throw new WrongArgument(
      `${name} is PromQL's matchers without braces, such as job="executor",instance=~"eu-.*".`,
    );
  }
  return text;
};

const webPage = (name: string, address: string): string => {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hash !== "") {
    throw new WrongArgument(
      `${name} is an absolute address of a page, such as https://…, without an anchor.`,
    );
  }
  return address;
};

/** The texts before and after the last equals sign; a text without one is a value alone. */
const readAssignment = (text: string): { readonly name: string; readonly value: string } => {
  const at = text.lastIndexOf("=");
  return { name: text.slice(0, Math.max(0, at)), value: text.slice(at + 1) };
};

/** Assignments by their names, `""` for a value alone. */
const byName = (
  option: string,
  assignments: ReadonlyArray<string>,
): ReadonlyMap<string, string> => {
  const values = new Map<string, string>();
  for (const assignment of assignments) {
    const { name, value } = readAssignment(assignment);
    if (assignment.startsWith("=")) throw new WrongArgument(`${option} ${assignment} has no name.`);
    if (values.has(name))
      throw new WrongArgument(`${option} ${name || value} is there twice. Give it once.`);
    values.set(name, value);
  }
  return values;
};

const isNamespace = Schema.is(Namespace);
const isTool = Schema.is(ToolAddress);

/** `0.99` is the default, `github=0.99` a source's, and `github.repos.get=0.99`, with a dot in the name, a tool's. */
const withObjectives = (assignments: ReadonlyArray<string>): Objectives => {
  const sources: Record<string, number> = {};
  const tools: Record<string, number> = {};
  let fallback = defaultSettings.objectives.default;
  for (const [name, value] of byName("--objective", assignments)) {
    const argument = `--objective ${name === "" ? value : `${name}=${value}`}`;
    const objective = positive(argument, value);
    if (objective >= 1) throw new WrongArgument(`${argument} is a number below 1.`);
    if (name === "") fallback = objective;
    else if (isTool(name)) tools[name] = objective;
    else if (isNamespace(name)) sources[name] = objective;
    else
      throw new WrongArgument(
        `${argument} names no source, such as github, and no tool, such as github.repos.get.`,
      );
  }
  return { default: fallback, sources, tools };
};

const withThresholds = (assignments: ReadonlyArray<string>): Thresholds => {
  const chosen = [...byName("--set", assignments)].map(([name, value]) => {
    if (!Object.hasOwn(defaultThresholds, name)) {
      throw new WrongArgument(
        `There is no threshold ${name}. There are ${Object.keys(defaultThresholds).join(", ")}.`,
      );
    }
    return [name, positive(`--set ${name}`, value)] as const;
  });
  return { ...defaultThresholds, ...Object.fromEntries(chosen) };
};
