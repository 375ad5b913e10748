import { gauge, histogram, httpDurationSeconds } from "@executor/telemetry";
import { conflictReasons } from "./conflicts.ts";
import type { Conflicts } from "./conflicts.ts";

/** The scrape's own numbers. Each scrape shows those of the scrape before it. */

const collectionDuration = histogram({
  name: "otel.sdk.metric_reader.collection.duration",
  description: "Time to read and write out all metrics for one scrape.",
  unit: "s",
  labels: [],
  boundaries: httpDurationSeconds,
});

const scrapeSize = gauge({
  name: "executor.metrics.scrape.size",
  description: "Size of the last scrape's body, before compression.",
  unit: "By",
  labels: [],
});

const conflictSeries = gauge({
  name: "executor.metrics.conflicts",
  description:
    "Series that the last scrape could not write as they were recorded, by what was done.",
  unit: "{series}",
  labels: ["reason"],
});

/** Records one scrape: its time in seconds, its body's size in bytes, and what it had to repair. */
export const recordScrape = (seconds: number, bytes: number, conflicts: Conflicts): void => {
  collectionDuration.record(seconds, {});
  scrapeSize.set(bytes, {});
  for (const reason of conflictReasons) conflictSeries.set(conflicts.get(reason) ?? 0, { reason });
};
