import { readSamples, sumOf, until } from "@executor/testing";
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { runCode } from "../support/daemon/run-code.ts";
import { fingerprint, type ListReport, runList } from "../support/hostile/list.ts";

/** Half of the executions that the daemon runs at once. */
const atOnce = 8;
const mebibyte = 1024 * 1024;

/** Hundredths of a second that all threads of a process have computed. */
const computedTicks = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [, , , , , , , , , , , user, system] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return Number(user) + Number(system);
};

const residentBytes = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;

/** Tests build on those above them. */
describe("every hostile program, twice", () => {
  let daemon: Daemon;
  let clean: string;
  const reports: Array<ListReport> = [];
  const resident: Array<number> = [];

  const execute = (code: string, timeoutMs: number) => runCode(daemon, code, timeoutMs);
  const scrape = async () => readSamples((await daemon.request("GET", "/api/metrics")).text);
  const isIdle = async (): Promise<boolean> => {
    const before = computedTicks(daemon.pid);
    await sleep(1_000);
    return computedTicks(daemon.pid) - before < 20;
  };

  beforeAll(async () => {
    daemon = await startDaemon();
    clean = await fingerprint(execute);
  });
  afterAll(() => daemon.stop());

  it.each([1, 2])(
    "ends as it may, and leaves no thread busy: time %i",
    async () => {
      const report = await runList(execute, atOnce);
      reports.push(report);
      expect(report.wrongs).toEqual([]);
      await until("the daemon is idle", isIdle);
      resident.push(residentBytes(daemon.pid));
      expect(sumOf(await scrape(), "executor_sandbox_threads_stuck")).toBe(0);
    },
    600_000,
  );

  it("takes no more memory the second time", async () => {
    console.info(`resident: ${resident.map((bytes) => Math.round(bytes / mebibyte)).join()} MiB`);
    const [first = 0] = resident;
    await until(
      "the memory of the second time is back",
      () => residentBytes(daemon.pid) < first + 128 * mebibyte,
    );
  });

  it("is counted by how it ended", async () => {
    const samples = await scrape();
    const ended = (status: string): number =>
      reports.reduce((sum, { ends }) => sum + (ends.get(status) ?? 0), 0);
    const executions = (status: string) =>
      sumOf(samples, "executor_executions_total", { status, trigger: "api" });
    const terminations = (reason: string) =>
      sumOf(samples, "executor_sandbox_terminations_total", { reason });
    expect({
      completed: executions("completed"),
      failed: executions("failed"),
      timeout: executions("timeout"),
      out_of_memory: executions("out_of_memory"),
    }).toEqual({
      completed: 1 + ended("completed"),
      failed: ended("failed") + ended("crash"),
      timeout: ended("timeout"),
      out_of_memory: ended("out_of_memory"),
    });
    for (const reason of ["timeout", "out_of_memory", "crash"]) {
      expect([reason, terminations(reason)]).toEqual([reason, ended(reason)]);
    }
    expect(sumOf(samples, "executor_execution_active")).toBe(0);
  });

  it("leaves a daemon that answers, and that met nothing unexpected", async () => {
    expect((await daemon.request("GET", "/api/health")).status).toBe(200);
    expect(await fingerprint(execute)).toBe(clean);
    expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)|broke/i);
  });
});
