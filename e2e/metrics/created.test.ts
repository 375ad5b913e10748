import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { findPrometheus, startPrometheus } from "@executor/testing/prometheus";
import type { RunningPrometheus } from "@executor/testing/prometheus";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";

/** Bytes of the result, which one execution adds in one step to a histogram's sum. */
const size = 30;
const code = `let sum = 0; for (let i = 0; i < 1e6; i += 1) sum += i; return "x".repeat(${size - 2});`;
/** A counter to which an execution adds once. */
const counter = "executor_sandbox_cpu_time_seconds_total";
const histogram = "executor_execution_output_size_bytes";

const created = "created-timestamp-zero-ingestion";
const enabled = (...features: ReadonlyArray<string>) => [`--enable-feature=${features.join(",")}`];

/** A server, what it is told, and what it sees grow when a counter and a histogram's sum are born: `null` for a series that it does not have. */
interface Mode {
  readonly mode: string;
  readonly from: number;
  readonly args: ReadonlyArray<string>;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Whether the whole value is seen as growth. */
  readonly counter: boolean;
  readonly classic: number | null;
  readonly native: number | null;
}

const modesOf = (version: number): ReadonlyArray<Mode> => {
  const inProtobuf = { from: 2.5, counter: true };
  const both = version < 3 ? "scrape_classic_histograms" : "always_scrape_classic_histograms";
  const all: ReadonlyArray<Mode> = [
    {
      mode: "without the feature",
      from: 0,
      args: [],
      settings: {},
      counter: false,
      classic: 0,
      native: null,
    },
    {
      mode: "in OpenMetrics that is asked for them",
      from: 3,
      args: enabled(created),
      settings: { scrape_protocols: ["OpenMetricsText1.0.0"], params: { created: ["true"] } },
      counter: true,
      classic: size,
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
      classic: size,
      native: null,
    },
    {
      // 2.53 stores the 0 of a native histogram as a plain number, and then knows no increase.
      from: 3,
      counter: true,
      mode: "in protobuf with native histograms",
      args: enabled(created, "native-histograms"),
      settings: {},
      classic: null,
      native: size,
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

describe("series that are born between two scrapes", () => {
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
    expect((await apiClient(daemon).execute(code)).status).toBe("completed");
    for (const server of servers.values()) {
      await server.waitFor(`count_over_time(${counter}[1m]) >= 3`);
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
        return series === undefined ? null : Number(series.value[1]);
      };
      /** What a series grew by in what is stored; `increase` adds what it supposes at the ends of its window. */
      const growth = (series: string) =>
        value(`max_over_time(${series}[1m]) - min_over_time(${series}[1m])`);
      const increase = (await value(`increase(${counter}[1m])`)) ?? 0;
      expect(increase > 0).toBe(one.counter);
      const native = await value(`histogram_sum(increase(${histogram}[1m]))`);
      expect({
        counter: (await growth(counter)) === (await value(counter)),
        classic: await growth(`${histogram}_sum`),
        native: native === null ? null : Math.min(native, size),
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
