import { readValue, type Sample } from "@executor/api/metrics-text";

/** The samples of one scrape, and its time. */
export interface Reading {
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
  readonly samples: ReadonlyArray<Sample>;
}

/** The calls of one tool, or of all tools of one source. */
export interface Activity {
  /** Count since the daemon started. */
  readonly calls: number;
  /** Count of failures since the daemon started; blocked and declined calls are not failures. */
  readonly errors: number;
  /** Rate since the reading before; `null` in the first reading. */
  readonly callsPerSecond: number | null;
  readonly errorsPerSecond: number | null;
  /** `null` where no call has ended, and for tools whose durations are not told apart. */
  readonly p50Seconds: number | null;
  readonly p95Seconds: number | null;
}

/** Numbers that `executor metrics` shows; `null` where the daemon exposes none. */
export type MetricsView = ReturnType<typeof makeView>;

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

/** Names of the metrics that a view needs. */
export const viewedMetrics: ReadonlyArray<string> = Object.values(names);

/** The view of a reading; its rates need the reading before. */
export const makeView = (reading: Reading, before: Reading | undefined) => {
  const of = (name: string) => samplesOf(reading, name);
  const only = (name: string): number | null => of(name)[0]?.value ?? null;
  const by = (name: string, label: string): Record<string, number> =>
    Object.fromEntries(
      [...grouped(of(name), label)].map(([key, samples]) => [key, sum(samples)] as const),
    );
  /** Without the zeros that stand there from the start. */
  const counts = (name: string, label: string): Record<string, number> =>
    Object.fromEntries(Object.entries(by(name, label)).filter(([, count]) => count > 0));
  const active = by(names.active, "state");
  const lastExport = only(names.lastExport);
  const exported = of(names.exported);
  const activities = activitiesOf(reading, sinceRestart(reading, before));
  const up = by(names.up, "executor_source");
  return {
    at: new Date(reading.at).toISOString(),
    uptimeSeconds: only(names.uptime),
    memoryBytes: only(names.memory),
    /** Delay of the event loop over the last minute at most. */
    eventLoopDelayP99Seconds: only(names.eventLoop),
    /** Number of label sets of all metrics together. */
    series: sum(of(names.series)),
    executions: {
      running: active["running"] ?? 0,
      paused: active["paused"] ?? 0,
      ended: counts(names.executions, "status"),
    },
    approvals: {
      oldestSeconds: only(names.oldestApproval),
      decided: counts(names.approvals, "decision"),
    },
    /** `null` where metrics are not pushed. */
    push:
      exported.length === 0 && lastExport === null
        ? null
        : {
            exported: sum(exported.filter((sample) => !hasError(sample))),
            failed: sum(exported.filter(hasError)),
            lastSuccess: lastExport ? new Date(lastExport * 1000).toISOString() : null,
          },
    sources: activities("executor_source", Object.keys(up))
      .map(({ key, activity }) => ({
        source: key,
        /** `null` where the source is gone and its calls are still counted. */
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

const grouped = (samples: ReadonlyArray<Sample>, label: string, others = "") =>
  Map.groupBy(samples, ({ labels }) => labels[label] ?? others);

const samplesOf = (reading: Reading | undefined, name: string): ReadonlyArray<Sample> =>
  reading?.samples.filter((sample) => sample.name === name) ?? [];

const hasError = ({ labels }: Sample): boolean => (labels["error_type"] ?? "") !== "";

/** The reading before, as far as the counters contain it: a restarted daemon counts from zero. */
const sinceRestart = (reading: Reading, before: Reading | undefined): Reading | undefined => {
  if (before === undefined) return undefined;
  const uptime = (of: Reading) => samplesOf(of, names.uptime)[0]?.value ?? 0;
  return uptime(reading) < uptime(before) ? { at: before.at, samples: [] } : before;
};

/** Name for the measurements of the overflow series, which the label budgets do not tell apart. */
const others = "(others)";

/** Outcomes that are not failures: a person or a policy decides on blocked and declined calls, and callers give up. */
const unfailed = new Set(["ok", "blocked", "declined", "cancelled"]);

const activitiesOf =
  (reading: Reading, before: Reading | undefined) =>
  (label: string, further: ReadonlyArray<string>) => {
    const groups = grouped(samplesOf(reading, names.calls), label, others);
    const buckets = grouped(samplesOf(reading, `${names.duration}_bucket`), label, others);
    const earlier = grouped(samplesOf(before, names.calls), label, others);
    const rate = (now: number, then: number): number | null =>
      before === undefined || reading.at <= before.at
        ? null
        : (Math.max(0, now - then) * 1000) / (reading.at - before.at);
    return [...new Set([...groups.keys(), ...further])].map((key) => {
      const group = groups.get(key) ?? [];
      const past = earlier.get(key) ?? [];
      const durations = bucketsOf(buckets.get(key) ?? []);
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
  [...grouped(samples, "le")].map(([le, all]) => ({ bound: readValue(le), count: sum(all) }));

const busiestFirst = (left: Activity, right: Activity): number =>
  (right.callsPerSecond ?? 0) - (left.callsPerSecond ?? 0) || right.calls - left.calls;

/** A bucket of a histogram: the number of measurements that were at most its bound. */
export interface Bucket {
  readonly bound: number;
  readonly count: number;
}

/**
 * The value below which the fraction `q` of the measurements lies, as Prometheus's `histogram_quantile` finds it: a bucket's
 * measurements count as spread evenly over it, and those above the last finite bound as equal to that bound. `null` without
 * measurements.
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
