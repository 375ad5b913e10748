import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import { Schema } from "effect";
import {
  ExpositionTooLarge,
  MetricsNotAcceptable,
  ScrapeTimeout,
  TooManyScrapes,
} from "./scrape/errors.ts";

/** The metrics of the process, for Prometheus and compatible scrapers. */
export class MetricsApi extends HttpApiGroup.make("metrics")
  .add(
    HttpApiEndpoint.get("scrape", "/metrics")
      .setUrlParams(
        Schema.Struct({
          "name[]": Schema.optional(
            Schema.Array(Schema.String).annotations({
              description:
                "Only the families of these names, or with samples of these names; may be repeated. All unless given.",
            }),
          ),
        }),
      )
      .addSuccess(
        HttpApiSchema.Text({ contentType: "text/plain; version=0.0.4; charset=utf-8" }).annotations(
          {
            description: "Every metric, in Prometheus's text format 0.0.4.",
          },
        ),
      )
      .addError(MetricsNotAcceptable)
      .addError(TooManyScrapes)
      .addError(ScrapeTimeout)
      .addError(ExpositionTooLarge)
      .annotateContext(
        OpenApi.annotations({
          summary: "Scrape metrics",
          description:
            "Every metric with its current value, for a Prometheus server to collect. By the header Accept it is text 0.0.4 " +
            "or 1.0.0, OpenMetrics 1.0.0 or delimited protobuf, in gzip where Accept-Encoding allows it. " +
            "Names and labels are those that Prometheus stores when the same metrics are pushed over OTLP.",
        }),
      ),
  )
  .annotateContext(
    OpenApi.annotations({ title: "Metrics", description: "What happened, in numbers." }),
  ) {}
