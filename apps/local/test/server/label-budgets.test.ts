import { afterEach, describe, expect, it } from "@effect/vitest";
import { catalogue, counter, limitLabelSets } from "@executor/telemetry";
import { ConfigProvider, Effect, Exit } from "effect";
import { applyLabelBudgets } from "../../src/server/label-budgets.ts";

counter({ name: "test.server.budget", description: "For a test.", unit: "{thing}", labels: ["a"] });

const apply = (environment: Record<string, string>) =>
  applyLabelBudgets.pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment)))),
    Effect.exit,
  );

const limit = () =>
  [...catalogue()]
    .find(({ definition }) => definition.name === "test.server.budget")
    ?.maxLabelSets();

const perMetric = "EXECUTOR_METRICS_MAX_SERIES_PER_METRIC";

describe("label budgets in the environment", () => {
  afterEach(() => limitLabelSets({ total: Number.POSITIVE_INFINITY, perMetric: new Map() }));

  it.effect("are taken", () =>
    Effect.gen(function* () {
      expect(Exit.isSuccess(yield* apply({}))).toBe(true);
      expect(limit()).toBe(2_000);
      yield* apply({ [perMetric]: " test.server.budget = 7 ," });
      expect(limit()).toBe(7);
    }),
  );

  it.effect.each([
    [{ [perMetric]: "test.server.budget" }, "is not an item"],
    [{ [perMetric]: "test.server.budget=0" }, "is not an item"],
    [{ [perMetric]: "test.server.nothing=5" }, "names the metric test.server.nothing"],
    [{ EXECUTOR_METRICS_MAX_SERIES: "0" }, "1 or more"],
  ] as const)("are refused where they mean nothing: %o", ([environment, message]) =>
    Effect.gen(function* () {
      expect(String(yield* apply(environment))).toContain(message);
      expect(limit()).toBe(2_000);
    }),
  );
});
