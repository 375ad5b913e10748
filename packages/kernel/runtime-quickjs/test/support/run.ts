import { CodeRunner, type RunLimits, type RunRequest } from "@executor/kernel";
import { Effect } from "effect";
import { QuickJsRunner } from "../../src/index.ts";

export const limits: RunLimits = {
  wallTimeMs: 5_000,
  memoryBytes: 64 * 1024 * 1024,
  maxOutputChars: 30_000,
  maxToolInputChars: 10_000,
  maxBlockBytes: 1_000_000,
  maxContentBytes: 2_000_000,
  maxToolCallsInFlight: 50,
};

/** Returns the path and the input of the call. */
export const echo: RunRequest["callTool"] = (path, inputJson) =>
  Effect.succeed(`{"path":${JSON.stringify(path)},"input":${inputJson}}`);

export const run = (
  code: string,
  options: {
    readonly limits?: Partial<RunLimits>;
    readonly callTool?: RunRequest["callTool"];
    readonly onStart?: RunRequest["onStart"];
    readonly toolNames?: string;
  } = {},
) =>
  Effect.flatMap(CodeRunner, (runner) =>
    runner.run({
      code,
      limits: { ...limits, ...options.limits },
      callTool: options.callTool ?? echo,
      onStart: options.onStart,
      toolNames: options.toolNames,
    }),
  );

/** Return value of the code; dies if the run did not complete. */
export const valueOf = (code: string, options: Parameters<typeof run>[1] = {}) =>
  Effect.map(run(code, options), ({ outcome }): unknown => {
    if (outcome._tag !== "Completed") throw new Error(JSON.stringify(outcome));
    return JSON.parse(outcome.output.json);
  });

/** The error that ended the code; dies if the run ended in any other way. */
export const failureOf = (code: string, options: Parameters<typeof run>[1] = {}) =>
  Effect.map(run(code, options), ({ outcome }) => {
    if (outcome._tag !== "Failed") throw new Error(JSON.stringify(outcome));
    return outcome;
  });

export const runnerLayer = QuickJsRunner.layer({ warmWorkers: 1 });

/** Counts how often a timer of this thread fires while the effect runs. Its delay depends on the machine: see the benchmarks. */
export const withTimer = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    let ticks = 0;
    const timer = setInterval(() => {
      ticks++;
    }, 5);
    return effect.pipe(
      Effect.map((result) => ({ result, ticks })),
      Effect.ensuring(Effect.sync(() => clearInterval(timer))),
    );
  });
