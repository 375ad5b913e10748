import { describe, expect, it } from "@effect/vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const suite = join(import.meta.dirname, "../peers/node_modules/mcp-conformance/dist/index.js");
const client = join(import.meta.dirname, "../../packages/plugins/mcp/test/conformance/client.ts");

/** Runs the suite in a directory of its own, where it writes its results. */
const runSuite = async (...args: ReadonlyArray<string>) => {
  const cwd = await mkdtemp(join(tmpdir(), "mcp-conformance-"));
  const child = Bun.spawn(["bun", suite, ...args], { cwd, stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  await rm(cwd, { recursive: true });
  return { code, output: `${stdout}\n${stderr}` };
};

/** The scenarios for clients that ask nothing of sign-in, by the revision at whose wire they run. */
const scenarios = {
  "2025-11-25": [
    "initialize",
    "tools_call",
    "elicitation-sep1034-client-defaults",
    "sse-retry",
    "json-schema-2020-12-preservation",
  ],
  "2026-07-28": [
    "tools_call",
    "request-metadata",
    "sep-2322-client-request-state",
    "http-standard-headers",
    "http-custom-headers",
    "http-invalid-tool-headers",
    "json-schema-ref-no-deref",
    "json-schema-2020-12-preservation",
  ],
};

/** All the others: a source sends the headers that the operator gives it, and signs in nowhere yet; skills are an extension. */
const others = /^(auth\/|sep-2640-client-)/;

describe("the protocol's conformance suite, for a source as a client", () => {
  for (const revision of ["2025-11-25", "2026-07-28"] as const) {
    it(`has these scenarios of ${revision}, each of them considered`, async () => {
      const { output } = await runSuite("list", "--client", "--requirements", revision);
      const [, clients = ""] = output.split("Client scenarios");
      const [required = ""] = clients.split("never scored");
      const names = [...required.matchAll(/^ {2}- (\S+)/gm)].map(([, name]) => name ?? "");
      const applicable = names.filter((name) => !others.test(name));
      expect(applicable.length).toBeGreaterThan(3);
      expect(scenarios[revision]).toEqual(expect.arrayContaining(applicable));
    });

    for (const scenario of scenarios[revision]) {
      it(`passes ${scenario} at ${revision}`, async () => {
        const { code, output } = await runSuite(
          "client",
          "--command",
          `bun ${client}`,
          "--scenario",
          scenario,
          "--spec-version",
          revision,
        );
        expect(output).toMatch(/Passed: (\d+)\/\1, 0 failed, 0 warnings/);
        expect(code).toBe(0);
      });
    }
  }
});
