import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import { prometheusContentType } from "./content-types.ts";

/** The metrics of the process, for Prometheus and everything that scrapes as it does. */
export class MetricsApi extends HttpApiGroup.make("metrics")
  .add(
    HttpApiEndpoint.get("scrape", "/metrics")
      .addSuccess(
        HttpApiSchema.Text({ contentType: prometheusContentType }).annotations({
          description: "Every metric, in Prometheus's text format 0.0.4.",
        }),
      )
      .annotateContext(
        OpenApi.annotations({
          summary: "Scrape metrics",
          description:
            "Every metric with its current value, for a Prometheus server to collect. " +
            "Names and labels are those that Prometheus stores when the same metrics are pushed over OTLP.",
        }),
      ),
  )
  .annotateContext(
    OpenApi.annotations({ title: "Metrics", description: "What happened, in numbers." }),
  ) {}
