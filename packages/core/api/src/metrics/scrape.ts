import { snapshot } from "@executor/telemetry";
import { Effect } from "effect";
import { toFamilies } from "./families.ts";
import { recordScrape } from "./metrics.ts";
import { writePrometheus } from "./prometheus.ts";

const encoder = new TextEncoder();

/** One exposition of everything that the process has recorded, in Prometheus's text format 0.0.4. */
export const scrape: Effect.Effect<string> = Effect.sync(() => {
  const start = performance.now();
  const { families, conflicts } = toFamilies(snapshot());
  const body = writePrometheus(families);
  recordScrape((performance.now() - start) / 1e3, encoder.encode(body).byteLength, conflicts);
  return body;
});
