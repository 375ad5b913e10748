import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { join } from "node:path";
import { expectSuccess } from "../support/cli/cli.ts";
import { startCliShop } from "../support/cli/shop.ts";
import { readSamples, sumOf } from "@executor/testing";

const repository = join(import.meta.dirname, "..", "..");

/** As docs/cli.md gives it. */
const Activity = {
  calls: Schema.Number,
  errors: Schema.Number,
  callsPerSecond: Schema.NullOr(Schema.Number),
  errorsPerSecond: Schema.NullOr(Schema.Number),
  p50Seconds: Schema.NullOr(Schema.Number),
  p95Seconds: Schema.NullOr(Schema.Number),
};
const Counts = Schema.Record({ key: Schema.String, value: Schema.Number });
const View = Schema.Struct({
  at: Schema.String,
  uptimeSeconds: Schema.Number,
  memoryBytes: Schema.Number,
  eventLoopDelayP99Seconds: Schema.NullOr(Schema.Number),
  series: Schema.Number,
  executions: Schema.Struct({ running: Schema.Number, paused: Schema.Number, ended: Counts }),
  approvals: Schema.Struct({ oldestSeconds: Schema.NullOr(Schema.Number), decided: Counts }),
  push: Schema.Null,
  sources: Schema.Array(
    Schema.Struct({ source: Schema.String, up: Schema.NullOr(Schema.Boolean), ...Activity }),
  ),
  tools: Schema.Array(Schema.Struct({ tool: Schema.String, source: Schema.String, ...Activity })),
});
const readView = Schema.decodeSync(Schema.parseJson(View), { onExcessProperty: "error" });

const Identified = Schema.Struct({ id: Schema.String });

const { daemon, document, executor, stop } = await startCliShop();
afterAll(stop);
beforeAll(async () => {
  expectSuccess(await executor(["sources", "add", document]));
  await executor(["call", "shop.list"]);
  await executor(["call", "shop.list"]);
  await executor(["call", "shop.list", '{"nonsense": 1}']);
  const paused = await executor(["call", "shop.order", '{"body":{"item":"tea"}}', "--json"]);
  const { id } = Schema.decodeSync(Schema.parseJson(Identified))(paused.stdout);
  await executor(["resume", id, "--accept"]);
});

const exposition = async () => readSamples((await daemon.request("GET", "/api/metrics")).text);

describe("executor metrics", () => {
  it("shows the numbers of GET /api/metrics", async () => {
    const samples = await exposition();
    const view = readView(expectSuccess(await executor(["metrics", "--once", "--json"])));
    const calls = (labels: Record<string, string>) =>
      sumOf(samples, "executor_tool_calls_total", labels);
    expect(calls({})).toBe(4);
    const addresses = new Set(
      samples
        .filter(({ name }) => name === "executor_tool_calls_total")
        .map(({ labels }) => labels["mcp_tool_name"] ?? ""),
    );
    expect(view.tools).toHaveLength(addresses.size);
    for (const address of addresses) {
      const labels = { mcp_tool_name: address };
      const unfailed = ["ok", "blocked", "declined"].map((outcome) =>
        calls({ ...labels, outcome }),
      );
      expect(view.tools).toContainEqual(
        expect.objectContaining({
          tool: address,
          calls: calls(labels),
          errors: unfailed.reduce((rest, count) => rest - count, calls(labels)),
        }),
      );
    }
    expect(view.sources).toContainEqual(
      expect.objectContaining({
        source: "shop",
        up: true,
        calls: calls({ executor_source: "shop" }),
      }),
    );
    expect(view.executions.ended["completed"]).toBe(
      sumOf(samples, "executor_executions_total", { status: "completed" }),
    );
    expect(sumOf(samples, "executor_approvals_total")).toBe(1);
    expect(view.approvals.decided).toEqual({ approved: 1 });
    expect(view.push).toBeNull();

    const text = expectSuccess(await executor(["metrics", "--once", "--top", "1"]));
    const [busiest] = view.tools;
    expect(text).toMatch(
      new RegExp(
        `^${busiest?.tool} +- +- +${busiest?.calls} +${busiest?.errors} +\\S+ \\S+ +`,
        "m",
      ),
    );
    expect(text.match(/^(shop|executor)\./gm)).toHaveLength(1);
    // Where there is no terminal, there is nothing to keep up to date.
    expectSuccess(await executor(["metrics"]));
  });

  it("prints lines of JSON, with rates from the second line on", async () => {
    const child = Bun.spawn(
      [
        "bun",
        "apps/local/src/main.ts",
        "metrics",
        "--json",
        "--interval",
        "0.2",
        "--port",
        String(daemon.port),
      ],
      { cwd: repository, stdout: "pipe" },
    );
    let text = "";
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      if (text.split("\n").length > 2) break;
    }
    child.kill("SIGINT");
    await child.exited;
    const [first, second] = text
      .split("\n")
      .slice(0, 2)
      .map((line) => readView(line));
    expect(first?.tools[0]?.callsPerSecond).toBeNull();
    expect(second?.tools[0]?.callsPerSecond).toBe(0);
  });
});
