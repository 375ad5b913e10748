import { client } from "@executor/sdk";
import { Effect, type Layer } from "effect";
import { Executions } from "../../src/executions.ts";
import type { Execution } from "../../src/schemas.ts";
import type { ExecutionLimits } from "../../src/limits.ts";
import type { ResumeRequest } from "../../src/approvals/questions.ts";
import type { ExecutionRequest } from "../../src/run/live-run.ts";
import { layerWith } from "./layer.ts";
import { addShop } from "./plugin.ts";
import { total } from "@executor/testing/series";

export const run = (code: string, more: Partial<ExecutionRequest> = {}) =>
  Effect.flatMap(Executions, (executions) =>
    executions.run({ code, trigger: "api", owner: client("mcp:one"), ...more }),
  );

export const resume = ({ id, approvals }: Execution, more: Partial<ResumeRequest> = {}) =>
  Effect.flatMap(Executions, (executions) =>
    executions.resume({
      id,
      approvalId: approvals[0]?.id ?? "none",
      action: "accept",
      caller: client("mcp:one"),
      ...more,
    }),
  );

export const decided = () =>
  Object.fromEntries(
    ["approved", "declined", "cancelled", "expired"].map((decision) => [
      decision,
      total("executor.approvals", { decision }),
    ]),
  );

/** Repeats the probe every 20 ms until its value is accepted. */
export const until = <A, E, R>(
  probe: Effect.Effect<A, E, R>,
  isDone: (value: A) => boolean,
): Effect.Effect<A, E, R> =>
  Effect.filterOrElse(probe, isDone, () => Effect.delay(until(probe, isDone), "20 millis"));

/** Number of decisions since `before`, by decision. */
export const decidedSince = (before: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(decided())
      .map(([decision, count]) => [decision, count - (before[decision] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );

export const active = () => ({
  running: total("executor.execution.active", { state: "running" }),
  paused: total("executor.execution.active", { state: "paused" }),
});

export const inShop = <A, E>(
  test: Effect.Effect<A, E, Layer.Layer.Success<ReturnType<typeof layerWith>>>,
  limits: Partial<ExecutionLimits> = {},
) => Effect.zipRight(addShop, test).pipe(Effect.provide(layerWith(limits)));
