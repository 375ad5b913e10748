import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "@effect/platform";
import { apiError } from "@executor/sdk/schemas";
import { Schema } from "effect";

/** The client accepts none of the formats, or neither encoding. */
export class MetricsNotAcceptable extends Schema.TaggedError<MetricsNotAcceptable>()(
  "MetricsNotAcceptable",
  {
    message: Schema.String,
    /** Values of `Content-Type` that can be asked for. */
    available: Schema.Array(Schema.String),
  },
  HttpApiSchema.annotations({ status: 406 }),
) {}

/** The limit of concurrent scrapes is reached. */
export class TooManyScrapes extends apiError<TooManyScrapes>()("TooManyScrapes", 503) {}

/** The metrics were not ready within the time of the scrape. */
export class ScrapeTimeout extends apiError<ScrapeTimeout>()("ScrapeTimeout", 503) {}

/** The metrics have more bytes than a scrape may have. */
export class ExpositionTooLarge extends apiError<ExpositionTooLarge>()("ExpositionTooLarge", 500) {}

/** Reasons for which a scrape gets no metrics. */
export const ScrapeRefusal = Schema.Union(
  MetricsNotAcceptable,
  TooManyScrapes,
  ScrapeTimeout,
  ExpositionTooLarge,
);

const ScrapeParameters = Schema.Struct({
  "name[]": Schema.optional(
    Schema.Array(Schema.String).annotations({
      description:
        "Only the families of these names, or with samples of these names; may be repeated. All unless given.",
    }),
  ),
  created: Schema.optional(
    Schema.BooleanFromString.annotations({
      description:
        "Whether OpenMetrics has the times since which counters and histograms count, as samples that end in _created. Protobuf always has them.",
    }),
  ),
});
export type ScrapeParameters = typeof ScrapeParameters.Type;

/** The metrics of the process, for Prometheus and compatible scrapers. */
export class MetricsApi extends HttpApiGroup.make("metrics")
  .add(
    HttpApiEndpoint.get("scrape", "/metrics")
      .setUrlParams(ScrapeParameters)
      .addSuccess(
        HttpApiSchema.Text({ contentType: "text/plain; version=0.0.4; charset=utf-8" }).annotations(
          {
            description: "Every metric, in Prometheus's text format 0.0.4.",
          },
        ),
      )
      .addError(ScrapeRefusal)
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
