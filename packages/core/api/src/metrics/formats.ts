import type { ExpositionFormat } from "./format.ts";
import { openMetricsText, openMetricsText001, withCreated } from "./openmetrics/format.ts";
import { prometheusText, prometheusText100 } from "./prometheus.ts";
import { protobuf } from "./protobuf/format.ts";

/** Every format that can be scraped, those that more clients know first: a wildcard is answered with the first it covers. */
export const formats: ReadonlyArray<ExpositionFormat> = [
  prometheusText,
  openMetricsText,
  prometheusText100,
  openMetricsText001,
  protobuf,
];

export { openMetricsText, prometheusText, protobuf, withCreated };
export type { ExpositionFormat };
