import { BunFileSystem } from "@effect/platform-bun";
import { describe, expect, it } from "@effect/vitest";
import { ConfigProvider, Effect } from "effect";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkVariables, readEnvironment } from "../src/settings/environment.ts";
import type { SettingsDefinition } from "../src/settings/environment.ts";
import { logsSettings } from "../src/settings/logs.ts";
import { metricsSettings } from "../src/settings/metrics.ts";
import { exemplarFilter, isAnySet, isPushWanted } from "../src/settings/switch.ts";
import { tracesSettings } from "../src/settings/traces.ts";
import { variables } from "../src/settings/variables.ts";
import { specifiedValues, specifiedVariables } from "./support/specification.ts";

/** The settings of every signal. */
const definitions: ReadonlyArray<SettingsDefinition<unknown>> = [
  metricsSettings,
  tracesSettings,
  logsSettings,
];

const base = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" };

/** As the process's environment gives them, by words. */
const withVariables = (env: Readonly<Record<string, string>>) =>
  Effect.withConfigProvider(
    ConfigProvider.fromMap(new Map(Object.entries(env)), { pathDelim: "_" }),
  );

const problemsWith = (env: Readonly<Record<string, string>>) =>
  Effect.runSync(withVariables(env)(checkVariables));

/** All that follows from an environment: whether and how each signal is pushed, and what is told. */
const outcome = (env: Readonly<Record<string, string>>) =>
  Effect.runPromise(
    Effect.all({
      wanted: Effect.all([isPushWanted("metrics"), isPushWanted("traces"), isPushWanted("logs")]),
      settings: Effect.forEach(definitions, (definition) =>
        readEnvironment(definition, { "service.name": "test" }),
      ),
      filter: exemplarFilter,
      problems: checkVariables,
    }).pipe(withVariables(env), Effect.provide(BunFileSystem.layer)),
  );

/** A value that makes a difference; `1` for the others. */
const telling: Readonly<Record<string, string>> = {
  OTEL_SDK_DISABLED: "true",
  OTEL_TRACES_SAMPLER_ARG: "0.5",
  OTEL_RESOURCE_ATTRIBUTES: "a=b",
  OTEL_EXPORTER_OTLP_HEADERS: "a=b",
  OTEL_EXPORTER_OTLP_METRICS_HEADERS: "a=b",
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: "a=b",
  OTEL_EXPORTER_OTLP_LOGS_HEADERS: "a=b",
};

describe("a variable of the specification", () => {
  it.each(variables.map(({ name }) => name))("is not ignored in silence: %s", async (name) => {
    const env = { ...base, [name]: telling[name] ?? "1" };
    expect(await outcome(env)).not.toEqual(await outcome(base));
  });

  it.each(variables.filter(({ unsupported }) => unsupported !== undefined))(
    "that is not honoured is told: $name",
    ({ name, unsupported }) => {
      expect(problemsWith({ [name]: "1" })).toEqual([
        `${name} has no effect, because ${unsupported}.`,
      ]);
    },
  );

  it("that is honoured is one that settings follow from, and the other way round", () => {
    const honoured = variables.filter(({ unsupported }) => unsupported === undefined);
    const read = definitions.flatMap((definition) => definition.variables);
    expect(honoured.map(({ name }) => name).toSorted()).toEqual(
      [...new Set(["OTEL_SDK_DISABLED", "OTEL_METRICS_EXEMPLAR_FILTER", ...read])].toSorted(),
    );
  });

  it("is in the documentation's table, with what becomes of it", () => {
    const page = readFileSync(
      join(import.meta.dirname, "..", "..", "..", "..", "docs", "push.md"),
      "utf8",
    );
    const table = page.slice(page.indexOf("## Every variable"));
    const rows = table.split("\n").filter((line) => line.startsWith("| `OTEL_"));
    const documented = rows.flatMap((row) => {
      const [, names = "", what = ""] = row.split("|");
      return Array.from(
        names.matchAll(/`(OTEL_\w+)`/g),
        ([, name]) => `${name} ${what.includes("warned") ? "warned" : "honoured"}`,
      );
    });
    expect(documented.toSorted()).toEqual(
      variables
        .map(
          ({ name, unsupported }) => `${name} ${unsupported === undefined ? "honoured" : "warned"}`,
        )
        .toSorted(),
    );
  });
});

describe("the table", () => {
  it("has each variable of the specification, and no other", () => {
    const specified = new Set(Object.values(specifiedVariables).flat());
    const known = variables.map(({ name }) => name);
    expect(known.filter((name) => !specified.has(name))).toEqual([
      // Of the semantic conventions ("Compatibility and stability").
      "OTEL_SEMCONV_STABILITY_OPT_IN",
    ]);
    expect([...specified].filter((name) => !known.includes(name))).toEqual([]);
  });

  it("takes the values that the specification knows, and tells those that Executor lacks", async () => {
    const told: Array<string> = [];
    for (const [name, values] of Object.entries(specifiedValues)) {
      for (const value of values) {
        const { settings, problems } = await outcome({ ...base, [name]: value });
        const all = [...problems, ...settings.flatMap((one) => one.problems)];
        expect(all.filter((problem) => !problem.includes(name))).toEqual([]);
        if (all.length > 0) told.push(`${name}=${value}`);
      }
    }
    const exporters = (signal: string, ...others: ReadonlyArray<string>) =>
      ["console", "logging", "none", "otlp/stdout", ...others].map(
        (exporter) => `OTEL_${signal}_EXPORTER=${exporter}`,
      );
    expect(told).toEqual([
      ...exporters("TRACES", "zipkin"),
      ...exporters("METRICS", "prometheus"),
      ...exporters("LOGS"),
      "OTEL_TRACES_SAMPLER=parentbased_jaeger_remote",
      "OTEL_TRACES_SAMPLER=jaeger_remote",
      "OTEL_TRACES_SAMPLER=xray",
      "OTEL_EXPORTER_OTLP_PROTOCOL=grpc",
    ]);
  });
});

describe("the check of variables", () => {
  it("tells unknown names, also of words that begin others, and no empty ones", () => {
    expect(
      problemsWith({ OTEL_EXPORTER_OTLP_ENDPIONT: "http://h", OTEL_BSP: "1", OTEL_NODE_X: " " }),
    ).toEqual([
      expect.stringContaining("OTEL_BSP is no variable"),
      expect.stringContaining("OTEL_EXPORTER_OTLP_ENDPIONT is no variable"),
    ]);
  });

  it("tells nothing where all is switched off", () => {
    expect(problemsWith({ OTEL_SDK_DISABLED: "TRUE", OTEL_CONFIG_FILE: "a.yaml" })).toEqual([]);
  });

  it.each([
    ["always_on", []],
    ["all", [expect.stringContaining("none of trace_based, always_on, always_off")]],
    ["trace_based", []],
    ["ALWAYS_OFF", []],
  ])("tells a filter of exemplars that it does not have: %s", (filter, problems) => {
    expect(problemsWith({ OTEL_METRICS_EXEMPLAR_FILTER: filter })).toEqual(problems);
  });

  it("tells a switch that is neither on nor off", () => {
    expect(problemsWith({ OTEL_SDK_DISABLED: "1" })).toEqual([
      "OTEL_SDK_DISABLED is neither true nor false, and counts as false.",
    ]);
    expect(problemsWith({ OTEL_SDK_DISABLED: "false" })).toEqual([]);
  });

  it.each([
    ["prometheus", /has otlp only. Its metrics are at GET \/api\/metrics/],
    ["otlp", /nothing says where to: set OTEL_EXPORTER_OTLP_METRICS_ENDPOINT or/],
  ])("tells an exporter without an address: %s", (exporter, says) => {
    const env = { OTEL_METRICS_EXPORTER: exporter };
    expect(problemsWith(env)).toEqual([expect.stringMatching(says)]);
    expect(problemsWith({ ...env, ...base })).toEqual([]);
  });

  it("knows whether there is anything to check", () => {
    const isSet = (env: Record<string, string>) => Effect.runSync(withVariables(env)(isAnySet));
    expect(isSet({ OTHER: "1" })).toBe(false);
    expect(isSet({ OTEL_LOG_LEVEL: "debug" })).toBe(true);
  });
});
