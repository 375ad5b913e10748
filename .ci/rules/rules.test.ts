import { describe, expect, it } from "@effect/vitest";
import { check } from "./rules.ts";

const names = (path: string, text: string): ReadonlyArray<string | undefined> =>
  check([{ path, text }]).map((problem) => problem.split(": ")[1]);

describe("rules", () => {
  it("accept an ordinary module", () => {
    expect(
      check([{ path: "packages/core/sdk/src/tool.ts", text: "export const a = 1;\n" }]),
    ).toEqual([]);
  });

  const breaches: ReadonlyArray<readonly [rule: string, path: string, text: string]> = [
    ["length", "a/src/b.ts", "x;\n".repeat(401)],
    ["file-name", "a/src/someFile.ts", ""],
    ["file-name", "a/src/some_file.test.ts", ""],
    ["index-re-exports", "a/src/index.ts", 'export * from "./b.ts";\nexport const a = 1;\n'],
    ["index-re-exports", "a/src/index.ts", "export {};\n"],
    ["metric-types", "a/src/b.ts", 'import type { MetricState } from "effect";\n'],
    ["metric-types", "a/src/b.ts", 'import {\n  Effect,\n  MetricKey,\n} from "effect";\n'],
    ["metric-types", "a/src/b.ts", 'import * as MetricRegistry from "effect/MetricRegistry";\n'],
    [
      "metric-types",
      "packages/core/telemetry/src/tenancy/a.ts",
      'import { MetricHook } from "effect";\n',
    ],
    ["reasons", "a/src/b.ts", "// oxlint-disable-next-line no-empty\n"],
    ["lockfile", "e2e/peers/bun.lock", '"a": ["a@1", "http://127.0.0.1:4873/a.tgz"],\n'],
    ["registries", "README.md", "See https://registry.example.org/a for it.\n"],
    ["machine-paths", "README.md", "Run it in /root/executor now.\n"],
    ["machine-paths", "a/src/b.ts", 'const folder = "/tmp/data";\n'],
  ];
  for (const [rule, path, text] of breaches) {
    it(`${rule} refuses ${path} with ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(names(path, text)).toEqual([rule]);
    });
  }

  const fine: ReadonlyArray<readonly [path: string, text: string]> = [
    ["a/src/b.ts", "x;\n".repeat(400)],
    ["packages/core/telemetry/src/reading/a.ts", 'import { MetricState } from "effect";\n'],
    ["packages/core/telemetry/src/instruments/a.ts", 'import { MetricKey } from "effect";\n'],
    ["a/test/b.test.ts", 'import { MetricKey } from "effect";\n'],
    ["a/src/b.ts", 'import { Metric, MetricBoundaries } from "effect";\n'],
    ["vitest.config.ts", ""],
    ["a/test/some-file.test.ts", ""],
    [
      "a/src/index.ts",
      '/** Why. */\nexport * as B from "./b.ts";\nexport { type C,\n  d } from "./d.ts";\nexport type { E } from "./e.ts";\n',
    ],
    ["a/src/b.ts", "// oxlint-disable-next-line no-empty -- the body is a barrier\n"],
    ["bun.lock", '"http-proxy": ["http-proxy@1", "", {}, "sha512-a"],\n'],
    ["README.md", "Open https://example.org/root/a and /api/home/b.\n"],
  ];
  for (const [path, text] of fine) {
    it(`nothing refuses ${path} with ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(names(path, text)).toEqual([]);
    });
  }
});
