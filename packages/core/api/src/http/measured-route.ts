import { httpMethodLabel } from "@executor/telemetry";
import { httpServerRequestDuration } from "./metrics.ts";

/** A function from web requests to web responses. */
export type WebHandler = (request: Request) => Promise<Response>;

/** Records each request of a route beside the router, as the router's are: until its response begins, under its template. */
export const measuredRoute =
  (template: string, handle: WebHandler): WebHandler =>
  async (request) => {
    const started = performance.now();
    const response = await handle(request);
    httpServerRequestDuration.record((performance.now() - started) / 1000, {
      "http.request.method": httpMethodLabel(request.method),
      "http.route": template,
      "http.response.status_code": String(response.status),
    });
    return response;
  };
