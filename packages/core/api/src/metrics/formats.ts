import type { FormatName } from "./scrape/content-types.ts";
import type { Format } from "./format.ts";
import { openMetricsText } from "./openmetrics/format.ts";
import { prometheusText } from "./prometheus.ts";
import { protobuf } from "./protobuf/format.ts";

/**
 * What writes a format. Both versions of a text have the same bytes: text 1.0.0 only adds quoted names, which legal names do
 * not need, and OpenMetrics 1.0.0 only adds what its predecessor's readers, the same in all servers, know as well.
 */
export const formatOf: Readonly<Record<FormatName, Format>> = {
  "text/0.0.4": prometheusText,
  "text/1.0.0": prometheusText,
  "openmetrics/0.0.1": openMetricsText,
  "openmetrics/1.0.0": openMetricsText,
  protobuf,
};
