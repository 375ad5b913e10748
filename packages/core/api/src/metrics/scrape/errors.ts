import { HttpApiSchema } from "@effect/platform";
import { Schema } from "effect";

/** The client takes no format, or no encoding, that there is. */
export class MetricsNotAcceptable extends Schema.TaggedError<MetricsNotAcceptable>()(
  "MetricsNotAcceptable",
  {
    message: Schema.String,
    /** Values of `Content-Type` that can be asked for. */
    available: Schema.Array(Schema.String),
  },
  HttpApiSchema.annotations({ status: 406 }),
) {}

/** As many scrapes as are allowed at once are under way. */
export class TooManyScrapes extends Schema.TaggedError<TooManyScrapes>()(
  "TooManyScrapes",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 503 }),
) {}

/** The metrics were not written out within the time that the scrape has. */
export class ScrapeTimeout extends Schema.TaggedError<ScrapeTimeout>()(
  "ScrapeTimeout",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 503 }),
) {}

/** The metrics are more bytes than a scrape may have. */
export class ExpositionTooLarge extends Schema.TaggedError<ExpositionTooLarge>()(
  "ExpositionTooLarge",
  { message: Schema.String },
  HttpApiSchema.annotations({ status: 500 }),
) {}
