import { readValue } from "@executor/api/metrics-text";
import type { Sample } from "@executor/api/metrics-text";

/** What `GET /api/metrics` said, and when. */
export interface Reading {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly samples: ReadonlyArray<Sample>;
}

/** The calls of one tool, or of all tools of one source. */
export interface Activity {
  /** Since the daemon started, like what follows unless it says otherwise. */
  readonly calls: number;
  /** Calls that failed; those that were blocked or declined did not. */
  readonly errors: number;
  /** Since the reading before; `null` on the first. */
  readonly callsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  /** `null` where no call has ended. */
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
}

export interface SourceActivity extends Activity {
  readonly source: string;
  /** `null` where the source is gone and its calls are still counted. */
  readonly up: boolean | null;
}

export interface ToolActivity extends Activity {
  readonly tool: string;
  readonly source: string;
}

/** What `executor metrics` shows. `null` where the daemon does not say. */
export interface MetricsView {
  readonly at: string;
  readonly uptimeSeconds: number | null;
  readonly memoryBytes: number | null;
  /** Of the event loop, over the last minute at most. */
  readonly eventLoopDelayP99Seconds: number | null;
  /** Label sets of all metrics together. */
  readonly series: number;
  readonly executions: {
    readonly running: number;
    readonly paused: number;
    readonly ended: Readonly<Record<string, number>>;
  };
  readonly approvals: {
    readonly oldestSeconds: number | null;
    readonly decided: Readonly<Record<string, number>>;
  };
  /** `null` where metrics are not pushed. */
  readonly push: {
    readonly exported: number;
    readonly failed: number;
    readonly lastSuccess: string | null;
  } | null;
  readonly sources: ReadonlyArray<SourceActivity>;
  readonly tools: ReadonlyArray<ToolActivity>;
}

const names = {
  calls: "executor_tool_calls_total",
  duration: "executor_tool_call_duration_seconds",
  up: "executor_source_up",
  active: "executor_execution_active",
  executions: "executor_executions_total",
  approvals: "executor_approvals_total",
  oldestApproval: "executor_approval_oldest_age_seconds",
  memory: "process_memory_usage_bytes",
  uptime: "process_uptime_seconds",
  eventLoop: "nodejs_eventloop_delay_p99_seconds",
  series: "executor_metrics_series",
  exported: "otel_sdk_exporter_metric_data_point_exported_total",
  lastExport: "executor_metrics_export_last_success_timestamp_seconds",
} as const;

/** The metrics that a view is made of. */
export const viewedMetrics: ReadonlyArray<string> = Object.values(names);

/** What happened, from a reading and from the one before it where there was one. */
export const makeView = (reading: Reading, before: Reading | undefined): MetricsView => {
  const { samples } = reading;
  const { uptime } = names;
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  const only = (name: string): number | null => of(name)[0]?.value ?? null;
  const by = (name: string, label: string): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const { labels, value } of of(name)) {
      const key = labels[label] ?? "";
      sums[key] = (sums[key] ?? 0) + value;
    }
    return sums;
  };
  const active = by(names.active, "state");
  const lastExport = only(names.lastExport);
  const exported = of(names.exported);
  const activities = activitiesOf(reading, sinceRestart(reading, before));
  const up = by(names.up, "executor_source");
  return {
    at: new Date(reading.at).toISOString(),
    uptimeSeconds: only(uptime),
    memoryBytes: only(names.memory),
    eventLoopDelayP99Seconds: only(names.eventLoop),
    series: sum(of(names.series)),
    executions: {
      running: active["running"] ?? 0,
      paused: active["paused"] ?? 0,
      ended: by(names.executions, "status"),
    },
    approvals: {
      oldestSeconds: only(names.oldestApproval),
      decided: by(names.approvals, "decision"),
    },
    push:
      exported.length === 0 && lastExport === null
        ? null
        : {
            exported: sum(exported.filter(({ labels }) => (labels["error_type"] ?? "") === "")),
            failed: sum(exported.filter(({ labels }) => (labels["error_type"] ?? "") !== "")),
            lastSuccess:
              lastExport === null || lastExport === 0
                ? null
                : new Date(lastExport * 1000).toISOString(),
          },
    sources: activities("executor_source", Object.keys(up))
      .map(({ key, activity }) => ({
        source: key,
        up: up[key] === undefined ? null : up[key] > 0,
        ...activity,
      }))
      .toSorted(busiestFirst),
    tools: activities("mcp_tool_name", [])
      .map(({ key, labels, activity }) => ({
        tool: key,
        source: labels["executor_source"] ?? "",
        ...activity,
      }))
      .toSorted(busiestFirst),
  };
};

/** A restarted daemon counts from zero: nothing of what was read before is in its counters. */
const sinceRestart = (reading: Reading, before: Reading | undefined): Reading | undefined => {
  if (before === undefined) return undefined;
  const uptime = ({ samples }: Reading) =>
    samples.find(({ name }) => name === names.uptime)?.value ?? 0;
  return uptime(reading) < uptime(before) ? { at: before.at, samples: [] } : before;
};

/** What the metrics' budget has no room to tell apart. */
const others = "(others)";

/** Outcomes that are no failures: a tool that was not called because somebody did not want it did not fail. */
const unfailed = new Set(["ok", "blocked", "declined"]);

const activitiesOf =
  (reading: Reading, before: Reading | undefined) =>
  (label: string, further: ReadonlyArray<string>) => {
    const calls = reading.samples.filter(({ name }) => name === names.calls);
    const buckets = reading.samples.filter(({ name }) => name === `${names.duration}_bucket`);
    const keyOf = ({ labels }: Sample) => labels[label] ?? others;
    const groups = Map.groupBy(calls, keyOf);
    const bucketGroups = Map.groupBy(buckets, keyOf);
    const earlier = Map.groupBy(
      (before?.samples ?? []).filter(({ name }) => name === names.calls),
      keyOf,
    );
    const rate = (now: number, then: number): number | null =>
      before === undefined || reading.at <= before.at
        ? null
        : (Math.max(0, now - then) * 1000) / (reading.at - before.at);
    return [...new Set([...groups.keys(), ...further])].map((key) => {
      const group = groups.get(key) ?? [];
      const past = earlier.get(key) ?? [];
      const durations = bucketsOf(bucketGroups.get(key) ?? []);
      const [count, failures] = [sum(group), sum(group.filter(isFailure))];
      const activity: Activity = {
        calls: count,
        errors: failures,
        callsPerSecond: rate(count, sum(past)),
        errorsPerSecond: rate(failures, sum(past.filter(isFailure))),
        p50Seconds: quantile(0.5, durations),
        p95Seconds: quantile(0.95, durations),
      };
      return { key, labels: group[0]?.labels ?? {}, activity };
    });
  };

const isFailure = ({ labels }: Sample): boolean => !unfailed.has(labels["outcome"] ?? "");

const sum = (samples: ReadonlyArray<Sample>): number =>
  samples.reduce((total, { value }) => total + value, 0);

const bucketsOf = (samples: ReadonlyArray<Sample>): ReadonlyArray<Bucket> =>
  [...Map.groupBy(samples, ({ labels }) => labels["le"] ?? "")].map(([le, all]) => ({
    bound: readValue(le),
    count: sum(all),
  }));

const busiestFirst = (left: Activity, right: Activity): number =>
  (right.callsPerSecond ?? 0) - (left.callsPerSecond ?? 0) || right.calls - left.calls;

/** A histogram's bucket: how many measurements were at most its bound. */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * The value below which the fraction `q` of the measurements lies, as Prometheus's `histogram_quantile` finds it: a bucket's
 * measurements are taken to lie evenly in it, and those above the last finite bound at that bound. `null` where there are
 * none.
 */
export const quantile = (q: number, buckets: ReadonlyArray<Bucket>): number | null => {
  const sorted = buckets.toSorted((left, right) => left.bound - right.bound);
  const rank = q * (sorted.at(-1)?.count ?? 0);
  if (rank === 0) return null;
  const index = sorted.findIndex(({ count }) => count >= rank);
  const bucket = sorted[index];
  if (bucket === undefined) return null;
  const below = sorted[index - 1] ?? { bound: 0, count: 0 };
  if (bucket.bound === Number.POSITIVE_INFINITY) return below.bound;
  const share = (rank - below.count) / (bucket.count - below.count);
  return below.bound + (bucket.bound - below.bound) * share;
};
