export { CoreExecutorApi } from "./api.ts";
export { CoreApiLayer, CoreHandlers } from "./handlers.ts";
export { AppVersion } from "./health/handlers.ts";
export { Forbidden } from "./http/errors.ts";
export { authAttempts } from "./http/metrics.ts";
export { makeWebHandler } from "./http/web-handler.ts";
export type { Gate } from "./http/web-handler.ts";
export { MetricsApi } from "./metrics/api.ts";
export { renderPrometheus } from "./metrics/prometheus.ts";
