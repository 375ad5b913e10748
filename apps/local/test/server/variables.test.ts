import { describe, expect, it } from "@effect/vitest";
import { type Config, ConfigProvider, Effect } from "effect";
import fc from "fast-check";
import { approvalTimeoutMs, logFormat, port } from "../../src/server/config.ts";
import { applyLabelBudgets } from "../../src/server/label-budgets.ts";
import { variablesProblem } from "../../src/server/variables.ts";

const read = <A>(
  config: Effect.Effect<A, Effect.Effect.Error<Config.Config<A>>>,
  environment: Readonly<Record<string, string>>,
): Promise<A | string> =>
  Effect.runPromise(
    config.pipe(
      Effect.mapError(variablesProblem),
      Effect.merge,
      Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment)))),
    ),
  );

const text = fc.oneof(
  fc.string(),
  fc.double().map(String),
  fc.bigInt().map(String),
  fc.constantFrom("-1", "1e3", "0x10", "1.0", "NaN", "Infinity", "1s", "١", "TEXT", "null"),
);

const isWithin = (most: number) => (candidate: string) => {
  const value = candidate.trim();
  return value === "" || (/^[0-9]+$/.test(value) && Number(value) >= 1 && Number(value) <= most);
};

describe.each([
  ["EXECUTOR_PORT", port, isWithin(65_535), ["1", " 4788 ", "65535"]],
  ["EXECUTOR_APPROVAL_TIMEOUT", approvalTimeoutMs, isWithin(604_800_000), ["1", "604800000"]],
  ["EXECUTOR_METRICS_MAX_SERIES", applyLabelBudgets, isWithin(2 ** 53 - 1), ["1", "100000"]],
  [
    "EXECUTOR_LOG_FORMAT",
    logFormat,
    (candidate: string) => ["", "text", "json"].includes(candidate.trim()),
    ["text", "json "],
  ],
] as const)("%s", (name, config, isRight, right) => {
  const sentence = new RegExp(`^${name} holds no [a-z ]+: it is [a-z0-9, ]+\\.$`);

  it("is told in one sentence where it is wrong, whatever it holds", () =>
    fc.assert(
      fc.asyncProperty(
        text.filter((candidate) => !isRight(candidate)),
        async (wrong) => {
          expect(await read<unknown>(config, { [name]: wrong })).toMatch(sentence);
        },
      ),
    ));

  it.each(right)("takes %j", async (value) => {
    expect(String(await read<unknown>(config, { [name]: value }))).not.toMatch(/holds no/);
  });

  it("counts as unset where it is empty", async () => {
    expect(await read<unknown>(config, { [name]: " " })).toEqual(await read<unknown>(config, {}));
  });
});

describe("several wrong variables", () => {
  it("are told together", async () => {
    const wrong = {
      EXECUTOR_METRICS_MAX_SERIES: "none",
      EXECUTOR_METRICS_MAX_SERIES_PER_METRIC: "none",
    };
    expect(await read<unknown>(applyLabelBudgets, wrong)).toMatch(
      /^EXECUTOR_METRICS_MAX_SERIES holds no .* EXECUTOR_METRICS_MAX_SERIES_PER_METRIC is a list/,
    );
  });
});
