import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import type { RunningPrometheus } from "@executor/testing/prometheus";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";

const calls = 30;
const tool = '{mcp_tool_name="executor.tools.search"}';

const created = "created-timestamp-zero-ingestion";
const enabled = (...features: ReadonlyArray<string>) => [`--enable-feature=${features.join(",")}`];

/** A server, what it is told, and what it sees grow when a counter and a histogram are born at 30: `null` for a series that it does not have. */
interface Mode {
  readonly mode: string;
  readonly from: number;
  readonly args: ReadonlyArray<string>;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly counter: number;
  readonly classic: number | null;
  readonly native: number | null;
}

const modesOf = (version: number): ReadonlyArray<Mode> => {
  const inProtobuf = { from: 2.5, counter: calls };
  const both = version < 3 ? "scrape_classic_histograms" : "always_scrape_classic_histograms";
  const all: ReadonlyArray<Mode> = [
    {
      mode: "without the feature",
      from: 0,
      args: [],
      settings: {},
      counter: 0,
      classic: 0,
      native: null,
    },
    {
      mode: "in OpenMetrics that is asked for them",
      from: 3,
      args: enabled(created),
      settings: { scrape_protocols: ["OpenMetricsText1.0.0"], params: { created: ["true"] } },
      counter: calls,
      classic: calls,
      native: null,
    },
    {
      ...inProtobuf,
      mode: "in protobuf, which loses histograms where native ones are off",
      args: enabled(created),
      settings: {},
      classic: null,
      native: null,
    },
    {
      ...inProtobuf,
      mode: "in protobuf with classic histograms",
      args: enabled(created),
      settings: { [both]: true },
      classic: calls,
      native: null,
    },
    {
      // 2.53 stores the 0 of a native histogram as a plain number, and then knows no increase.
      from: 3,
      counter: calls,
      mode: "in protobuf with native histograms",
      args: enabled(created, "native-histograms"),
      settings: {},
      classic: null,
      native: calls,
    },
  ];
  return all.filter(({ from }) => version >= from);
};

const versionOf = (binary: string): number => {
  const { stdout, stderr } = Bun.spawnSync([binary, "--version"]);
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(stdout.toString() + stderr.toString()) ?? [];
  return Number(major) + Number(minor) / 100;
};

const cases = findPrometheus().flatMap((binary) => {
  const version = versionOf(binary);
  return modesOf(version).map((mode) => ({ ...mode, binary, version }));
});

describe("series that are born at 30 between two scrapes", () => {
  let daemon: Daemon;
  const servers = new Map<Mode, RunningPrometheus>();

  beforeAll(async () => {
    daemon = await startDaemon();
    for (const one of cases) {
      const { binary, args, settings } = one;
      const jobs = [{ job: "executor", target: `127.0.0.1:${daemon.port}`, settings }];
      servers.set(one, await startPrometheus({ binary, jobs, args, interval: "2s" }));
    }
    for (const server of servers.values()) await server.waitFor("count_over_time(up[1m]) >= 2");
    const { status } = await apiClient(daemon).execute(
      `for (let i = 0; i < ${calls}; i += 1) await tools.search({ query: "a" });`,
    );
    expect(status).toBe("completed");
    for (const server of servers.values()) {
      await server.waitFor(`count_over_time(executor_tool_calls_total${tool}[1m]) >= 3`);
    }
  });
  afterAll(async () => {
    for (const server of servers.values()) await server.stop();
    await daemon.stop();
  });

  it.skipIf(cases.length > 0)("need a Prometheus: set EXECUTOR_PROMETHEUS", () => {
    expect(cases).toEqual([]);
  });

  it.each(cases.map((one) => [one.version.toFixed(2), one.mode, one] as const))(
    "are seen by Prometheus %s %s",
    async (_version, _mode, one) => {
      const server = servers.get(one);
      const value = async (promql: string) => {
        const [series] = (await server?.query(promql)) ?? [];
        return series === undefined ? null : Math.round(Number(series.value[1]));
      };
      /** What a series grew by in what is stored; `increase` adds what it supposes at the ends of its window. */
      const growth = (series: string) =>
        value(`max_over_time(${series}[1m]) - min_over_time(${series}[1m])`);
      const duration = "executor_tool_call_duration_seconds";
      const counter = `executor_tool_calls_total${tool}`;
      const increase = (await value(`increase(${counter}[1m])`)) ?? 0;
      expect(increase >= calls).toBe(one.counter > 0);
      const native = await value(`histogram_count(increase(${duration}${tool}[1m]))`);
      expect({
        counter: await growth(counter),
        classic: await growth(`${duration}_count${tool}`),
        native: native === null ? null : Math.min(native, calls),
        // What stands at 0 from the start is seen by every server.
        zero: await growth('executor_executions_total{status="completed",trigger="api"}'),
        extra: await value('count({__name__=~".+_created"})'),
      }).toEqual({
        counter: one.counter,
        classic: one.classic,
        native: one.native,
        zero: 1,
        extra: null,
      });
    },
  );
});
