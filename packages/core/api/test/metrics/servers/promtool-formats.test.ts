import { describe, expect, it } from "@effect/vitest";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkMetrics, findPromtool } from "@executor/testing/prometheus";
import { openMetricsText } from "../../../src/metrics/openmetrics/format.ts";
import { prometheusText } from "../../../src/metrics/prometheus.ts";
import { nastyRegistry } from "../nasty.ts";
import { writeAs } from "../rendering.ts";

const tools = findPromtool();
const pairs = nastyRegistry().snapshot();

/** Everything at once, and each series alone. */
const registries = [pairs, ...pairs.map((pair) => [pair])];

/** promtool exits with 3 for a finding of its lint, and with 1 for a body that it cannot parse. */
const isParsed = (answer: string): boolean => !answer.includes("exit code 1");

/**
 * promtool reads OpenMetrics to fill a database, and only with timestamps: each sample is given one, before its exemplar where
 * it has one.
 */
const withTimestamps = (body: string): string =>
  body.replaceAll(/^([^#\n](?:[^"\n#]|"(?:[^"\\\n]|\\.)*")*?)( # .*)?$/gm, "$1 1700000000$2");

const createBlocks = async (promtool: string, body: string): Promise<number> => {
  const directory = await mkdtemp(join(tmpdir(), "executor-promtool-"));
  try {
    const file = join(directory, "body");
    await writeFile(file, withTimestamps(body));
    const tool = Bun.spawn(
      [promtool, "tsdb", "create-blocks-from", "openmetrics", file, join(directory, "data")],
      { stdout: "ignore", stderr: "ignore" },
    );
    return await tool.exited;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
};

describe("promtool, of everything that is hard to write", () => {
  it.skipIf(tools.length > 0)("is left out: set EXECUTOR_PROMTOOL to promtool's path", () => {
    expect(tools).toEqual([]);
  });

  for (const tool of tools) {
    it(`parses the text format (${tool})`, async () => {
      for (const registry of registries) {
        const body = writeAs(prometheusText, registry);
        expect([isParsed(await checkMetrics(tool, body)), body]).toEqual([true, body]);
      }
      expect(isParsed(await checkMetrics(tool, 'a{b="c} 1\n'))).toBe(false);
    }, 60_000);

    it(`takes OpenMetrics into a database (${tool})`, async () => {
      for (const registry of registries) {
        const body = writeAs(openMetricsText, registry);
        expect([await createBlocks(tool, body), body]).toEqual([0, body]);
      }
      expect(await createBlocks(tool, "# TYPE a gauge\na 1\n")).not.toBe(0);
    }, 120_000);
  }
});
