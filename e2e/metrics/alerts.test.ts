import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connectTo } from "../support/mcp/client.ts";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import type { RunningPrometheus } from "@executor/testing/prometheus";
import { startTraffic } from "../support/metrics/traffic.ts";
import type { Traffic } from "../support/metrics/traffic.ts";

const generator = join(import.meta.dirname, "../../packages/observability/src/main.ts");

/** Minutes become seconds; what a busy machine alone could set off is out of reach. */
const settings = [
  "--speed=60",
  "--set=minimumTraffic=5",
  "--set=eventLoopP99Seconds=60",
  "--set=scrapeP99Seconds=60",
  "--set=toolP95Seconds=600",
  "--set=queueP95Seconds=600",
];

/** How long a fault may take to be noticed: the longest of the shortened windows, and room for a busy machine. */
const patienceMs = 60_000;

describe.each(findPrometheus().slice(0, 1))("the alerts, in %s", (binary) => {
  const directory = mkdtempSync(join(tmpdir(), "executor-rules-"));
  const targetsFile = join(directory, "targets.json");
  const discover = (targets: ReadonlyArray<string>): void =>
    writeFileSync(targetsFile, JSON.stringify([{ targets }]));
  let traffic: Traffic;
  let prometheus: RunningPrometheus;

  beforeAll(async () => {
    const generated = Bun.spawnSync(["bun", generator, `--out=${directory}`, ...settings]);
    expect(generated.stderr.toString()).toBe("");
    traffic = await startTraffic({
      EXECUTOR_APPROVAL_TIMEOUT: "600000",
      EXECUTOR_METRICS_MAX_SERIES_PER_METRIC: "executor.client.requests=3",
    });
    discover([`127.0.0.1:${traffic.daemon.port}`]);
    prometheus = await startPrometheus({
      binary,
      jobs: [{ job: "executor", settings: { file_sd_configs: [{ files: [targetsFile] }] } }],
      rules: [join(directory, "rules/executor.rules.yaml")],
    });
  });
  afterAll(async () => {
    await prometheus.stop();
    await traffic.stop();
    rmSync(directory, { recursive: true });
  });

  const firing = async (): Promise<ReadonlyArray<string>> =>
    (await prometheus.query('ALERTS{alertstate="firing"}'))
      .map(({ metric }) =>
        [metric["alertname"], metric["executor_source"] ?? metric["metric"]].join(" ").trim(),
      )
      .toSorted();

  /** Repeats `meanwhile` until the alert fires; fails with what fires instead. */
  const untilFiring = async (
    alert: string,
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> => {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const now = await firing();
      if (now.includes(alert)) return;
      if (performance.now() > deadline) expect(now).toContain(alert);
      await meanwhile();
      await sleep(200);
    }
  };

  it("are all loaded, and none fires while all is well", async () => {
    for (let call = 0; call < 20; call += 1) {
      expect(await traffic.execute("return await tools.shop.flaky({})")).toBe("completed");
      await sleep(500);
    }
    expect(await prometheus.query("up == 1")).toHaveLength(1);
    expect(await prometheus.query("job_source:executor_tool_calls:increase1h > 5")).toHaveLength(1);
    expect(await firing()).toEqual([]);
  });

  it("tell that tools fail", async () => {
    traffic.upstream.answerWith(500);
    await untilFiring("ExecutorToolCallsFailing shop", () =>
      traffic.execute(
        "return await Promise.all(Array.from({ length: 10 }, () => tools.shop.flaky({}).catch(String)))",
      ),
    );
    expect(await firing()).not.toContain("ExecutorSourceDown shop");
    traffic.upstream.answerWith(200);
  });

  it("tell that a source is gone", async () => {
    await traffic.upstream.stop();
    await untilFiring("ExecutorSourceDown shop", () =>
      traffic.execute("return await tools.shop.list({}).catch(String)"),
    );
  });

  it("tell that a question is left open", async () => {
    expect(await traffic.execute("return await tools.shop.order({})")).toBe("paused");
    await untilFiring("ExecutorApprovalWaiting");
  });

  it("tell that nobody takes the metrics that are pushed", async () => {
    await traffic.receiver.stop();
    await untilFiring("ExecutorPushFailing");
  });

  it("tell that a label budget is spent", async () => {
    const { client } = await connectTo(traffic.daemon.url, { name: "zed" });
    await untilFiring("ExecutorSeriesOverflow executor.client.requests", () => client.listTools());
    await client.close();
  });

  it("tell what is wrong and nothing else", async () => {
    const expected = [
      "ExecutorApprovalWaiting",
      "ExecutorErrorBudgetBurning shop",
      "ExecutorErrorBudgetBurningSlowly shop",
      "ExecutorPushFailing",
      "ExecutorPushStopped",
      "ExecutorSeriesBudgetNearlySpent executor.client.requests",
      "ExecutorSeriesOverflow executor.client.requests",
      "ExecutorSourceDown shop",
      "ExecutorToolCallsFailing shop",
      "ExecutorToolCallsFailingSlowly shop",
    ];
    expect((await firing()).filter((alert) => !expected.includes(alert))).toEqual([]);
    expect(prometheus.complaints()).toEqual([]);
  });

  it("tell that the daemon is gone", async () => {
    traffic.daemon.kill("SIGKILL");
    await untilFiring("ExecutorDown");
  });

  it("tell that the daemon is no longer discovered, and pushes no more", async () => {
    discover([]);
    await untilFiring("ExecutorGone");
    await untilFiring("ExecutorPushStopped");
    expect(await firing()).not.toContain("ExecutorDown");
  });
});
