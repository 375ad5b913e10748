import type { HttpApiBuilder, HttpApiGroup } from "@effect/platform";
import type { MetricsApi } from "./api.ts";
import { scrape } from "./scrape.ts";

/**
 * Implements {@link MetricsApi} in any API that has it:
 * `HttpApiBuilder.group(api, "metrics", metricsHandlers)`. HEAD is answered as GET is, without the body.
 */
export const metricsHandlers = <E, Provides, R>(
  handlers: HttpApiBuilder.Handlers<
    E,
    Provides,
    R,
    HttpApiGroup.HttpApiGroup.Endpoints<typeof MetricsApi>
  >,
) => handlers.handle("scrape", () => scrape);
