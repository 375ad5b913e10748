import { gauge, histogram, httpDurationSeconds } from "@executor/telemetry";
import { conflictReasons } from "../families/family.ts";
import type { Conflicts } from "../families/family.ts";

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

/** Records the time that one rendering took, in seconds; of a whole one also its size and what it had to repair. */
export const recordScrape = (
  seconds: number,
  whole: { readonly bytes: number; readonly conflicts: Conflicts } | undefined,
): void => {
  collectionDuration.record(seconds, {});
  if (whole === undefined) return;
  scrapeSize.set(whole.bytes, {});
  for (const reason of conflictReasons) {
    conflictSeries.set(whole.conflicts.get(reason) ?? 0, { reason });
  }
};
