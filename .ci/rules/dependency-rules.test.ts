import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/**
 * A rule whose pattern matches nothing passes forever. So every rule of `.dependency-cruiser.cjs` is shown a small house
 * that breaks it, and one that does not.
 */

const root = join(import.meta.dirname, "..", "..");
const packages = {
  observability: "packages/observability",
  testing: "packages/testing",
  telemetry: "packages/core/telemetry",
  "json-schema": "packages/core/json-schema",
  storage: "packages/core/storage",
  sdk: "packages/core/sdk",
  execution: "packages/core/execution",
  api: "packages/core/api",
  otlp: "packages/core/otlp",
  kernel: "packages/kernel/core",
  "runtime-quickjs": "packages/kernel/runtime-quickjs",
  "plugin-kit": "packages/plugins/kit",
  "plugin-openapi": "packages/plugins/openapi",
  "plugin-mcp": "packages/plugins/mcp",
  "host-mcp": "packages/hosts/mcp",
  local: "apps/local",
  cloud: "apps/cloud",
};
const foreign = [
  "effect",
  "@effect/sql",
  "@effect/platform-bun",
  "@effect/sql-sqlite-bun",
  "dev-only",
];

/** Each file breaks one rule. A cycle is reported where it is entered, so its other half stands among the allowed. */
const breaches: ReadonlyArray<readonly [rule: string, path: string, source: string]> = [
  ["layer-telemetry", "packages/core/telemetry/src/a.ts", 'export * from "@executor/sdk";'],
  ["layer-json-schema", "packages/core/json-schema/src/a.ts", 'export * from "@executor/sdk";'],
  ["layer-storage", "packages/core/storage/src/a.ts", 'export * from "@executor/sdk";'],
  ["layer-kernel", "packages/kernel/core/src/a.ts", 'export * from "@executor/telemetry";'],
  ["layer-runtime", "packages/kernel/runtime-quickjs/src/a.ts", 'export * from "@executor/sdk";'],
  ["layer-sdk", "packages/core/sdk/src/a.ts", 'export type { x } from "@executor/execution";'],
  ["layer-sdk", "packages/core/sdk/src/b.ts", 'export * from "@executor/storage";'],
  ["layer-plugin", "packages/plugins/openapi/src/a.ts", 'export * from "@executor/plugin-mcp";'],
  ["layer-plugin", "packages/plugins/openapi/src/b.ts", 'export * from "@executor/api";'],
  ["layer-plugin", "packages/plugins/openapi/src/c.ts", 'export * from "@executor/host-mcp";'],
  ["layer-kit", "packages/plugins/kit/src/a.ts", 'export * from "@executor/plugin-openapi";'],
  ["layer-otlp", "packages/core/otlp/src/a.ts", 'export * from "@executor/api";'],
  ["layer-observability", "packages/observability/src/a.ts", 'export * from "@executor/local";'],
  [
    "layer-execution",
    "packages/core/execution/src/a.ts",
    'export const a = import("@executor/api");',
  ],
  ["layer-execution", "packages/core/execution/src/b.ts", 'import "@executor/runtime-quickjs";'],
  ["layer-host", "packages/hosts/mcp/src/a.ts", 'import type { x } from "@executor/api";'],
  ["layer-api", "packages/core/api/src/a.ts", 'export * from "@executor/plugin-openapi";'],
  ["layer-app", "apps/local/src/a.ts", 'export * from "@executor/cloud";'],
  ["layer-sdk-test", "packages/core/sdk/test/a.ts", 'export * from "@executor/api";'],
  [
    "layer-plugin-test",
    "packages/plugins/mcp/test/a.ts",
    'export * from "@executor/plugin-openapi";',
  ],
  ["only-apps-choose-a-platform", "packages/core/sdk/src/c.ts", 'import "@effect/platform-bun";'],
  [
    "only-apps-choose-a-platform",
    "packages/core/storage/src/b.ts",
    'import "@effect/sql-sqlite-bun";',
  ],
  ["only-apps-choose-a-runtime", "packages/core/sdk/src/d.ts", 'import "bun:sqlite";'],
  ["only-apps-choose-a-runtime", "packages/core/sdk/src/e.ts", 'import "bun";'],
  ["only-apps-choose-a-runtime", "packages/plugins/mcp/src/a.ts", 'import "cloudflare:workers";'],
  ["sdk-room-model", "packages/core/sdk/src/model/a.ts", 'export * from "../credentials/ok.ts";'],
  [
    "sdk-room-credentials",
    "packages/core/sdk/src/credentials/a.ts",
    'export * from "../sources/ok.ts";',
  ],
  [
    "sdk-room-policies",
    "packages/core/sdk/src/policies/a.ts",
    'export * from "../built-in/ok.ts";',
  ],
  ["sdk-room-tools", "packages/core/sdk/src/tools/a.ts", 'export * from "../sources/ok.ts";'],
  [
    "sdk-room-approvals",
    "packages/core/sdk/src/approvals/a.ts",
    'export * from "../invocation/ok.ts";',
  ],
  ["sdk-room-upstream", "packages/core/sdk/src/upstream/a.ts", 'export * from "../sources/ok.ts";'],
  [
    "sdk-room-sources",
    "packages/core/sdk/src/sources/a.ts",
    'export * from "../invocation/ok.ts";',
  ],
  [
    "sdk-room-invocation",
    "packages/core/sdk/src/invocation/a.ts",
    'export * from "../built-in/ok.ts";',
  ],
  [
    "sdk-room-built-in",
    "packages/core/sdk/src/built-in/a.ts",
    'export * from "../invocation/ok.ts";',
  ],
  ["no-cycles", "packages/core/sdk/src/cycle/a.ts", 'export * from "./b.ts";'],
  [
    "no-foreign-internals",
    "packages/core/sdk/src/f.ts",
    'export * from "../../telemetry/src/inner.ts";',
  ],
  [
    "no-foreign-internals",
    "benchmark/b.ts",
    'export * from "../packages/core/telemetry/src/inner.ts";',
  ],
  [
    "no-foreign-internals",
    "benchmark/c/d.ts",
    'export * from "../../packages/core/sdk/test/helper.ts";',
  ],
  ["resolvable", "packages/core/sdk/src/g.ts", 'export * from "@executor/telemetry/src/inner.ts";'],
  ["resolvable", "packages/core/sdk/src/h.ts", 'export * from "./nowhere.ts";'],
  ["e2e-stays-outside", "e2e/a.ts", 'export * from "@executor/telemetry";'],
  ["e2e-stays-outside", "e2e/b.ts", 'export * from "../apps/local/src/inner.ts";'],
  ["layer-testing", "packages/testing/src/a.ts", 'export * from "@executor/sdk";'],
  ["layer-sdk", "packages/core/sdk/src/l.ts", 'export * from "@executor/testing";'],
  ["src-without-tests", "packages/core/sdk/src/i.ts", 'export * from "../test/helper.ts";'],
  ["src-without-tests", "packages/core/sdk/src/j.ts", 'export * from "../../../../e2e/helper.ts";'],
  [
    "contract-without-server",
    "packages/core/api/src/api.ts",
    'export * from "./metrics/between.ts";',
  ],
  [
    "contract-without-services",
    "packages/core/api/src/tools/api.ts",
    'export * from "@executor/sdk";',
  ],
  ["contract-without-services", "packages/core/api/src/sql/api.ts", 'import "@effect/sql";'],
  ["src-without-dev-dependencies", "packages/core/sdk/src/k.ts", 'import "dev-only";'],
];

const allowed: ReadonlyArray<readonly [path: string, source: string]> = [
  ["packages/core/sdk/src/cycle/b.ts", 'export * from "./a.ts";'],
  ["packages/core/sdk/src/credentials/ok.ts", 'export * from "../model/ok.ts";'],
  ["packages/core/sdk/src/sources/ok.ts", 'export * from "../tools/ok.ts";'],
  ["packages/core/sdk/src/built-in/ok.ts", 'export * from "../sources/ok.ts";'],
  ["packages/core/sdk/src/invocation/ok.ts", 'export * from "../approvals/ok.ts";'],
  ["packages/core/sdk/src/model/ok.ts", "export const a = 1;"],
  ["packages/core/sdk/src/tools/ok.ts", 'export * from "../model/ok.ts";'],
  ["packages/core/sdk/src/approvals/ok.ts", 'export * from "../model/ok.ts";'],
  ["packages/core/sdk/src/ok.ts", 'export * from "@executor/telemetry"; import "effect";'],
  ["packages/core/sdk/test/ok.ts", 'export * from "@executor/storage"; import "dev-only";'],
  ["packages/core/sdk/test/helper.ts", "export const a = 1;"],
  [
    "packages/core/storage/src/bun-sqlite.ts",
    'import "@effect/sql-sqlite-bun"; import "bun:sqlite";',
  ],
  ["packages/core/execution/test/ok.ts", 'export * from "@executor/runtime-quickjs";'],
  ["packages/core/api/src/sources/api.ts", 'export * from "@executor/sdk/schemas";'],
  ["packages/core/api/src/metrics/handlers.ts", 'export * from "@executor/sdk";'],
  ["packages/core/api/src/metrics/between.ts", 'export * from "./handlers.ts";'],
  ["packages/kernel/runtime-quickjs/src/ok.ts", 'export * from "@executor/kernel"; import "bun";'],
  [
    "apps/local/src/ok.ts",
    'export * from "@executor/plugin-mcp"; import "@effect/platform-bun"; import "bun:sqlite";',
  ],
  ["packages/testing/src/ok.ts", 'export * from "@executor/telemetry";'],
  ["packages/core/sdk/test/helped.ts", 'export * from "@executor/testing";'],
  ["e2e/helper.ts", 'export * from "@executor/testing";'],
  ["benchmark/a.ts", 'export * from "@executor/sdk";'],
];

const decodeResult = Schema.decodeSync(
  Schema.parseJson(
    Schema.Struct({
      summary: Schema.Struct({
        violations: Schema.Array(
          Schema.Struct({ from: Schema.String, rule: Schema.Struct({ name: Schema.String }) }),
        ),
      }),
    }),
  ),
);

describe("dependency rules", () => {
  const house = mkdtempSync(join(tmpdir(), "executor-house-"));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(house, path)), { recursive: true });
    writeFileSync(join(house, path), text);
  };
  const manifest = (value: object): string => JSON.stringify(value);
  let violations: ReadonlyArray<string> = [];

  beforeAll(async () => {
    cpSync(join(root, ".dependency-cruiser.cjs"), join(house, ".dependency-cruiser.cjs"));
    write("package.json", manifest({ dependencies: {} }));
    for (const name of foreign) {
      write(`node_modules/${name}/package.json`, manifest({ name, main: "index.js" }));
      write(`node_modules/${name}/index.js`, "");
    }
    mkdirSync(join(house, "node_modules/@executor"));
    for (const [name, folder] of Object.entries(packages)) {
      write(
        `${folder}/package.json`,
        manifest({
          name: `@executor/${name}`,
          exports: { ".": "./src/index.ts", "./schemas": "./src/schemas.ts" },
          dependencies: Object.fromEntries(
            foreign
              .filter((dependency) => dependency !== "dev-only")
              .map((dependency) => [dependency, "1"]),
          ),
          devDependencies: { "dev-only": "1" },
        }),
      );
      for (const file of ["index", "inner", "schemas"]) {
        write(`${folder}/src/${file}.ts`, "export const x = 1;");
      }
      symlinkSync(join(house, folder), join(house, "node_modules/@executor", name));
    }
    for (const [, path, source] of breaches) write(path, source);
    for (const [path, source] of allowed) write(path, source);

    const command = [
      process.execPath,
      "--bun",
      join(root, "node_modules/.bin/depcruise"),
      "--config",
      ".dependency-cruiser.cjs",
      "--output-type",
      "json",
      "packages",
      "apps",
      "e2e",
      "benchmark",
    ];
    const cruise = Bun.spawn(command, { cwd: house, stdout: "pipe", stderr: "pipe" });
    const [text, errors] = await Promise.all([
      new Response(cruise.stdout).text(),
      new Response(cruise.stderr).text(),
    ]);
    if (text === "") throw new Error(`dependency-cruiser wrote nothing. ${errors}`);
    const result = decodeResult(text);
    violations = result.summary.violations.map(({ rule, from }) => `${rule.name} ${from}`);
  }, 30_000);

  afterAll(() => rmSync(house, { recursive: true }));

  for (const [rule, path, source] of breaches) {
    it(`${rule} refuses ${source} in ${path}`, () => {
      expect(violations).toContain(`${rule} ${path}`);
    });
  }

  it("nothing refuses what the design allows", () => {
    const refused = violations.filter((violation) =>
      allowed.some(([path]) => violation.endsWith(` ${path}`)),
    );
    expect(refused).toEqual([]);
  });
});
