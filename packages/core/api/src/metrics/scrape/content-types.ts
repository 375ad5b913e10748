/** An exposition format and its version. */
export type FormatName =
  | "text/0.0.4"
  | "text/1.0.0"
  | "openmetrics/0.0.1"
  | "openmetrics/1.0.0"
  | "protobuf";

/**
 * Prometheus's "Escaping Schemes", the values of the parameter `escaping`: how names beyond the classic alphabet are written.
 * All names here are within it, and each scheme leaves those as they are.
 */
export const escapingSchemes = ["allow-utf-8", "underscores", "dots", "values"] as const;

export type EscapingScheme = (typeof escapingSchemes)[number];

/** Prometheus's text exposition format, version 0.0.4. */
export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

/** Without the parameter `escaping`. */
export const mediaTypes: Readonly<Record<FormatName, string>> = {
  "text/0.0.4": prometheusContentType,
  "text/1.0.0": "text/plain; version=1.0.0; charset=utf-8",
  "openmetrics/0.0.1": "application/openmetrics-text; version=0.0.1; charset=utf-8",
  "openmetrics/1.0.0": "application/openmetrics-text; version=1.0.0; charset=utf-8",
  protobuf:
    "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited",
};

/**
 * The value of `Content-Type`. Text 1.0.0 always says how names are escaped, text 0.0.4 and OpenMetrics 0.0.1 know no such
 * parameter, and the others say it to a client that asked (`escaping` is then not `undefined`): OpenMetrics 1.0.0 prescribes
 * its `Content-Type` without one.
 */
export const contentTypeOf = (format: FormatName, escaping: EscapingScheme | undefined): string => {
  const mediaType = mediaTypes[format];
  switch (format) {
    case "text/0.0.4":
    case "openmetrics/0.0.1":
      return mediaType;
    case "text/1.0.0":
      return `${mediaType}; escaping=${escaping ?? "underscores"}`;
    case "openmetrics/1.0.0":
    case "protobuf":
      return escaping === undefined ? mediaType : `${mediaType}; escaping=${escaping}`;
  }
};
