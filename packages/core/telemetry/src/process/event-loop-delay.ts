import { createHistogram } from "node:perf_hooks";
import type { RecordableHistogram } from "node:perf_hooks";

/** By how many seconds the event loop ran timers late, over a window. */
export interface EventLoopDelay {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

export interface EventLoopWatch {
  /** `undefined` until there is a sample. */
  readonly read: () => EventLoopDelay | undefined;
  readonly stop: () => void;
}

const sampleMillis = 20;

/**
 * Samples the event loop's delay every 20 ms with a timer of its own, because Bun has one `monitorEventLoopDelay` for the
 * whole process. A reading covers everything since the reading before, and at least `halfWindowMillis`, at most twice that
 * where readings are frequent.
 *
 * Samples go to two histograms, emptied in turn by readings; a reading comes from the one emptied longer ago. So every reader
 * sees every delay, however many read: one histogram that each reading emptied would hide from one reader what another had
 * read.
 */
export const watchEventLoopDelay = (halfWindowMillis: number): EventLoopWatch => {
  let older = createHistogram();
  let newer = createHistogram();
  let emptiedAt = performance.now();
  let sampledAt = emptiedAt;
  const timer = setInterval(() => {
    const now = performance.now();
    const delay = Math.max(1, Math.round((now - sampledAt - sampleMillis) * 1e6));
    older.record(delay);
    newer.record(delay);
    sampledAt = now;
  }, sampleMillis);
  timer.unref();
  return {
    stop: () => clearInterval(timer),
    read: () => {
      const delay = older.count === 0 ? undefined : inSeconds(older);
      const now = performance.now();
      if (now - emptiedAt >= halfWindowMillis) {
        older.reset();
        [older, newer] = [newer, older];
        emptiedAt = now;
      }
      return delay;
    },
  };
};

const inSeconds = (nanoseconds: RecordableHistogram): EventLoopDelay => ({
  min: nanoseconds.min / 1e9,
  max: nanoseconds.max / 1e9,
  mean: nanoseconds.mean / 1e9,
  stddev: nanoseconds.stddev / 1e9,
  p50: nanoseconds.percentile(50) / 1e9,
  p90: nanoseconds.percentile(90) / 1e9,
  p99: nanoseconds.percentile(99) / 1e9,
});
