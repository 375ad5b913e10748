import { apiError } from "@executor/sdk/schemas";
import { HttpApiSchema } from "@effect/platform";
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
