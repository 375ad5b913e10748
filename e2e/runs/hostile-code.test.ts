import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { readSamples, sumOf } from "@executor/testing";
import type { Sample } from "@executor/testing";
import { machineSlackMs } from "@executor/testing/process";
import { figures, spread, watchHealth } from "../support/daemon/health-watch.ts";
import type { HealthReport, HealthWatch } from "../support/daemon/health-watch.ts";
import { runCode } from "../support/daemon/run-code.ts";

interface Attack {
  readonly name: string;
  readonly code: string;
  readonly status: "completed" | "failed" | "timeout" | "out_of_memory";
  /** The name of the error. */
  readonly error?: string;
  /** The `reason` under which the sandbox counts it, where it was the sandbox that ended it. */
  readonly reason?: "timeout" | "out_of_memory" | "crash";
  readonly timeoutMs: number;
}

const nested = 20_000;

const endless = (name: string, code: string): Attack => ({
  name,
  code,
  status: "timeout",
  error: "Timeout",
  reason: "timeout",
  timeoutMs: 400,
});

const bomb = (name: string, code: string): Attack => ({
  name,
  code,
  status: "out_of_memory",
  error: "OutOfMemory",
  reason: "out_of_memory",
  timeoutMs: 30_000,
});

const refused = (code: string, error: string): Attack => ({
  name: code,
  code,
  status: "failed",
  error,
  timeoutMs: 5_000,
});

const attacks: ReadonlyArray<Attack> = [
  endless("an endless loop", "for (;;);"),
  endless("an endless regular expression", '/(a+)+$/.test("a".repeat(40) + "b")'),
  endless("endless microtasks", "const f = () => Promise.resolve().then(f); await f()"),
  endless("a promise that never settles", "await new Promise(() => {})"),
  endless("a console flood", "for (let i = 0; ; i++) console.log('flood', i)"),
  endless("an endless stream of tool calls", "for (;;) await tools.executor.sources.list({})"),
  bomb("a bomb of arrays", "const a = []; for (;;) a.push(new Array(1000).fill(1))"),
  bomb("a bomb of strings", "const a = []; for (;;) a.push('x'.repeat(100_000) + a.length)"),
  bomb("an output of 100 MB", "return 'x'.repeat(100_000_000)"),
  {
    name: "20,000 nested parentheses",
    code: `return ${"(".repeat(nested)}1${")".repeat(nested)}`,
    status: "failed",
    error: "SandboxCrash",
    reason: "crash",
    timeoutMs: 30_000,
  },
  refused('await fetch("http://127.0.0.1")', "ReferenceError"),
  refused('new WebSocket("ws://127.0.0.1")', "ReferenceError"),
  refused('Bun.file("/etc/passwd")', "ReferenceError"),
  refused('require("node:fs").readFileSync("/etc/passwd")', "ReferenceError"),
  refused('await import("node:fs")', "Error"),
  refused("process.exit(1)", "ReferenceError"),
  refused('console.log.constructor("return process")().exit(1)', "ReferenceError"),
  refused('tools.executor.sources.list.constructor.constructor("return process")()', "TypeError"),
];

/** The text of every sample whose name begins so, without its value. */
const seriesOf = (samples: ReadonlyArray<Sample>, prefix: string): ReadonlyArray<string> =>
  samples
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, labels }) => `${name} ${JSON.stringify(labels)}`)
    .toSorted();

/** The longest for which an answer was late and the daemon's main thread did not compute: the machine's other load. */
const waitedMs = ({ answers, busy }: HealthReport): number =>
  Math.max(...answers.map((answer, index) => answer - (busy[index] ?? answer)));

/** Tests build on those above them. */
describe("hostile code", () => {
  let daemon: Daemon;
  let health: HealthWatch;

  /** The 99th percentile and not the maximum: one late answer is a matter of chance on a busy machine. */
  const expectFastAnswers = ({ answers, busy, failures }: HealthReport): void => {
    console.info(`health: ${answers.length} answers, ${figures(answers)}; busy: ${figures(busy)}`);
    expect(failures).toEqual([]);
    expect(spread(busy).p99).toBeLessThan(50);
  };

  const scrape = async () => readSamples((await daemon.request("GET", "/api/metrics")).text);

  beforeAll(async () => {
    daemon = await startDaemon();
    health = watchHealth(daemon);
  });
  afterAll(() => daemon.stop());

  it.each(attacks)("contains $name", async ({ code, status, error, reason, timeoutMs }) => {
    const before = await scrape();
    const asked = performance.now();
    const execution = await runCode(daemon, code, timeoutMs);
    const tookMs = performance.now() - asked;
    const after = await scrape();

    expect({ status: execution.status, error: execution.error?.name }).toEqual({ status, error });
    expect(execution.error?.message).not.toBe("");
    expect(execution.output).toBeNull();
    expect(tookMs).toBeLessThan(timeoutMs + 2_000 + (await machineSlackMs()));
    expect(tookMs).toBeGreaterThan(reason === "timeout" ? timeoutMs : 0);

    const grew = (name: string, labels: Record<string, string> = {}) =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grew("executor_executions_total", { status, trigger: "api" })).toBe(1);
    expect(grew("executor_executions_total")).toBe(1);
    expect(grew("executor_execution_duration_seconds_count", { status })).toBe(1);
    const terminations = ["timeout", "out_of_memory", "crash"].flatMap((each) =>
      Array.from(
        { length: grew("executor_sandbox_terminations_total", { reason: each }) },
        () => each,
      ),
    );
    expect(terminations).toEqual(reason === undefined ? [] : [reason]);
    expect(sumOf(after, "executor_execution_active")).toBe(0);
  });

  it("keeps of a console flood what it shows, and says that the rest is cut", async () => {
    const { status, console, consoleTruncated } = await runCode(
      daemon,
      "for (let i = 0; i < 100_000; i++) console.log('flood', i)",
      30_000,
    );
    expect(status).toBe("completed");
    expect(consoleTruncated).toBe(true);
    expect(console[0]).toEqual({ level: "log", text: "flood 0" });
    expect(console.reduce((chars, { text }) => chars + text.length, 0)).toBeLessThanOrEqual(30_000);
  });

  it("shows the beginning of a big result", async () => {
    const before = await scrape();
    const { status, output } = await runCode(daemon, "return 'x'.repeat(5_000_000)", 30_000);
    expect(status).toBe("completed");
    expect(output).toMatchObject({ truncated: true, totalChars: 5_000_002 });
    expect(String(output?.value)).toHaveLength(30_000);
    const size = "executor_execution_output_size_bytes_sum";
    const truncated = { truncated: "true" };
    const grown = sumOf(await scrape(), size, truncated) - sumOf(before, size, truncated);
    expect(grown).toBe(5_000_002);
  });

  it("leaves nothing behind for the next execution", async () => {
    const polluting = await runCode(
      daemon,
      `
        globalThis.left = Object.prototype.polluted = "behind";
        Array.prototype.map = () => "polluted";
        Array.prototype[Symbol.iterator] = () => { throw new Error("polluted") };
        Promise.prototype.then = Promise.prototype.catch = () => "polluted";
        JSON.stringify = JSON.parse = () => "polluted";
        console.log = () => "polluted";
        for (const key of Object.keys(tools)) delete tools[key];
        tools.executor = () => "polluted";
      `,
      5_000,
    );
    expect(["completed", "failed"]).toContain(polluting.status);
    // As many as there are workers to meet again, and more.
    for (let round = 0; round < 8; round++) {
      const next = await runCode(
        daemon,
        `
          console.log("clean");
          const sources = await tools.executor.sources.list({});
          return {
            mapped: [1, 2].map((n) => n + 1),
            spread: [...[1]],
            left: [typeof left, typeof {}.polluted],
            json: JSON.parse(JSON.stringify({ a: 1 })),
            sources: sources.map(({ namespace }) => namespace),
          };
        `,
        5_000,
      );
      expect(next).toMatchObject({ status: "completed", toolCalls: 1, error: null });
      expect(next.console).toEqual([{ level: "log", text: "clean" }]);
      expect(next.output?.value).toEqual({
        mapped: [2, 3],
        spread: [1],
        left: ["undefined", "undefined"],
        json: { a: 1 },
        sources: ["executor"],
      });
    }
  });

  it("has answered others all the while", async () => {
    const samples = await scrape();
    const late = (statistic: string) =>
      sumOf(samples, `nodejs_eventloop_delay_${statistic}_seconds`) * 1000;
    console.info(`event loop late: p99 ${late("p99")} ms, max ${late("max")} ms`);
    const report = await health.stop();
    expect(report.answers.length).toBeGreaterThan(200);
    expectFastAnswers(report);
    expect(late("p99")).toBeLessThan(50 + waitedMs(report));
  });

  it("answers 10,000 tool calls at once, and others meanwhile", async () => {
    const calls = "executor_tool_calls_total";
    const labels = { mcp_tool_name: "executor.sources.list", outcome: "ok" };
    const before = sumOf(await scrape(), calls, labels);
    const others = watchHealth(daemon);
    const execution = await runCode(
      daemon,
      `
        const all = await Promise.all(Array.from({ length: 10_000 }, () => tools.executor.sources.list({})));
        return all.filter(([source]) => source.namespace === "executor").length;
      `,
      60_000,
    );
    const report = await others.stop();
    expect(execution).toMatchObject({ status: "completed", toolCalls: 10_000, error: null });
    expect(execution.output?.value).toBe(10_000);
    expect(sumOf(await scrape(), calls, labels) - before).toBe(10_000);
    expectFastAnswers(report);
  });

  it("makes no series of names that nothing answers to", async () => {
    const unknown = `
      let failed = 0;
      const name = () => "n" + Math.random().toString(36).slice(2);
      const call = () => tools[name()][name()]({}).catch((error) => { failed += error.code === "invalid_input" ? 1 : 0 });
    `;
    await runCode(daemon, `${unknown} await call(); return failed`, 5_000);
    const before = await scrape();
    const execution = await runCode(
      daemon,
      `${unknown} await Promise.all(Array.from({ length: 1000 }, call)); return failed`,
      60_000,
    );
    expect(execution.output?.value).toBe(1000);

    const after = await scrape();
    for (const prefix of ["executor_tool_call", "executor_tool_result", "executor_source"]) {
      expect(seriesOf(after, prefix)).toEqual(seriesOf(before, prefix));
    }
    const calls = "executor_tool_calls_total";
    const other = { mcp_tool_name: "_OTHER", executor_source: "_OTHER", outcome: "invalid_input" };
    expect(sumOf(after, calls, other) - sumOf(before, calls, other)).toBe(1000);
  });

  it("has met nothing unexpected", () => {
    expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)|broke/i);
  });
});
