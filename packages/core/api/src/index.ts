export { CoreExecutorApi } from "./api.ts";
export { AppVersion, CoreApiLayer, CoreHandlers } from "./handlers.ts";
export { Forbidden } from "./http/errors.ts";
export { toolkitInPath } from "./http/mcp-path.ts";
export { authAttempts } from "./http/metrics.ts";
export {
  Caller,
  longPathParameters,
  makeWebHandler,
  refuseRequest,
  surfaceOf,
} from "./http/web-handler.ts";
export type { Middleware, Surface, WebHandler } from "./http/web-handler.ts";
export { Exposition } from "./metrics/scrape/exposition.ts";
export type { Rendering } from "./metrics/scrape/exposition.ts";
export { Scrapes } from "./metrics/scrape/scrapes.ts";
export { MetricsApi } from "./metrics/api.ts";
export { renderPrometheus } from "./metrics/prometheus.ts";
