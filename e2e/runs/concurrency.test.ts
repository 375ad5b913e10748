import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { setTimeout as sleep } from "node:timers/promises";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { petsDocument } from "../support/upstreams/document-server.ts";
import { readSamples, sumOf, until } from "@executor/testing";
import { machineSlackMs } from "@executor/testing/process";
import { figures, spread, watchHealth } from "../support/daemon/health-watch.ts";
import { runCode } from "../support/daemon/run-code.ts";

const many = 32;
/** The documented number of executions that run at once. */
const atOnce = 16;

const times = <A>(count: number, make: (index: number) => A): Array<A> =>
  Array.from({ length: count }, (_, index) => make(index));

/** Tests build on those above them. */
describe("many at once", () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon.stop());

  const scrape = async () => readSamples(await apiClient(daemon).metrics());
  const counted = async (name: string, labels: Record<string, string> = {}) =>
    sumOf(await scrape(), name, labels);
  const queued = (statistic: "count" | "sum") =>
    counted(`executor_execution_queue_duration_seconds_${statistic}`);

  const allRun = async () =>
    (await counted("executor_execution_active", { state: "running" })) === atOnce;

  it("finishes 32 executions that compute and call tools, none of them starved", async () => {
    const health = watchHealth(daemon);
    const executions = await Promise.all(
      times(many, (index) =>
        runCode(
          daemon,
          `
            let sum = 0;
            for (let call = 0; call < 20; call++) {
              for (let n = 0; n < 5_000; n++) sum = (sum + n * ${index + 1}) % 1_000_003;
              const [source] = await tools.executor.sources.list({});
              if (source.namespace !== "executor") throw new Error("Another's answer");
            }
            return { index: ${index}, sum };
          `,
          60_000,
        ),
      ),
    );
    const { answers, busy, failures } = await health.stop();
    const took = executions.map(({ durationMs }) => durationMs);
    console.info(
      `durations: ${figures(took)}; health: ${figures(answers)}; busy: ${figures(busy)}`,
    );

    const expected = (index: number) => {
      let sum = 0;
      for (let call = 0; call < 20; call++) {
        for (let n = 0; n < 5_000; n++) sum = (sum + n * (index + 1)) % 1_000_003;
      }
      return { index, sum };
    };
    executions.forEach(({ status, toolCalls, output }, index) => {
      expect({ status, toolCalls, value: output?.value }).toEqual({
        status: "completed",
        toolCalls: 20,
        value: expected(index),
      });
    });
    expect(new Set(executions.map(({ id }) => id)).size).toBe(many);
    // All do the same work at the same time: one that gets no turn takes several times as long as the others.
    expect(spread(took).max).toBeLessThan(spread(took).median * 4);
    expect(failures).toEqual([]);
    // Where code computed on the daemon's own thread, others would wait for more than half of the whole time.
    expect(spread(busy).p99).toBeLessThan(spread(took).median / 2);

    expect(await counted("executor_executions_total", { status: "completed" })).toBe(many);
    expect(await queued("count")).toBe(many);
    const calls = { mcp_tool_name: "executor.sources.list", outcome: "ok" };
    expect(await counted("executor_tool_calls_total", calls)).toBe(many * 20);
    expect(await counted("executor_execution_active")).toBe(0);
  });

  it("runs 16 at once, each for its own time", async () => {
    const waiting = times(atOnce, () => runCode(daemon, "await new Promise(() => {})", 5_000));
    await until("all run", allRun);
    const took = (await Promise.all(waiting)).map(({ durationMs }) => durationMs);
    console.info(`16 executions of 5 s: ${figures(took)}`);
    expect(spread(took).max).toBeLessThan(5_800 + (await machineSlackMs()));
  });

  it("lets the 17th wait, and measures for how long", async () => {
    const before = { count: await queued("count"), sum: await queued("sum") };
    const running = times(atOnce, () => runCode(daemon, "await new Promise(() => {})", 5_000));
    await until("all run", allRun);
    const asked = performance.now();
    const late = await runCode(daemon, "return 17", 20_000);
    const tookMs = performance.now() - asked;
    expect(late).toMatchObject({ status: "completed", output: { value: 17 } });
    const ended = await Promise.all(running);
    expect(new Set(ended.map(({ status }) => status))).toEqual(new Set(["timeout"]));

    expect((await queued("count")) - before.count).toBe(atOnce + 1);
    const queuedSeconds = (await queued("sum")) - before.sum;
    expect(queuedSeconds).toBeGreaterThan(0.5);
    // Waiting is not running: the one is not in the other.
    expect(late.durationMs + 500).toBeLessThan(tookMs);
    expect(await counted("executor_execution_active")).toBe(0);
  });

  it("cancels what its caller has left, and gives its place to others", async () => {
    const leaving = new AbortController();
    const left = times(atOnce, () =>
      fetch(`${daemon.url}/api/executions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ code: "for (;;);", timeoutMs: 60_000 }),
        signal: leaving.signal,
      }).then(
        () => "answered",
        () => "left",
      ),
    );
    await until("all run", allRun);
    leaving.abort();
    expect(new Set(await Promise.all(left))).toEqual(new Set(["left"]));
    expect((await runCode(daemon, "return 1", 5_000)).status).toBe("completed");
    const cancelled = () => counted("executor_executions_total", { status: "cancelled" });
    await until("all are cancelled", async () => (await cancelled()) === atOnce);
    expect(await counted("executor_execution_active")).toBe(0);
  });

  it("serves two clients that do different things", async () => {
    const client = apiClient(daemon);
    const rounds = 15;
    const operator = async () => {
      for (let round = 0; round < rounds; round++) {
        const namespace = `pets_${round}`;
        const document = petsDocument("list", "get");
        expect((await client.addSource({ namespace, kind: "openapi", document })).toolCount).toBe(
          2,
        );
        expect((await client.searchTools({ namespace })).items).toHaveLength(2);
        const { status } = await daemon.request("DELETE", `/api/sources/${namespace}`);
        expect(status).toBe(204);
      }
    };
    const agent = async () => {
      for (let round = 0; round < rounds * 2; round++) {
        const { status, output } = await runCode(
          daemon,
          `
            const sources = await tools.executor.sources.list({});
            const found = await tools.search({ query: "list", limit: 100 });
            return { sources: sources.length, torn: found.filter(({ path }) => !path.includes(".")) };
          `,
          10_000,
        );
        expect(status).toBe("completed");
        expect(output?.value).toEqual({ sources: expect.toBeOneOf([1, 2]), torn: [] });
      }
    };
    const scraper = async () => {
      for (let round = 0; round < rounds * 2; round++) {
        expect(sumOf(await scrape(), "executor_build_info")).toBe(1);
        await sleep(5);
      }
    };
    await Promise.all([operator(), agent(), scraper()]);
    expect((await client.sources()).map(({ namespace }) => namespace)).toEqual(["executor"]);
    const states = (await scrape()).filter(({ name }) => name === "executor_source_up");
    expect(states.map(({ labels }) => labels["executor_source"])).toEqual(["executor"]);
  });

  it("has met nothing unexpected", () => {
    expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)/);
  });
});
