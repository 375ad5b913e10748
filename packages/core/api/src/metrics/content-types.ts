/** Prometheus's text exposition format, version 0.0.4. */
export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";
