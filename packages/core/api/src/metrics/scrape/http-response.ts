import { HttpApiSchema, HttpServerResponse } from "@effect/platform";
import { Schema } from "effect";
import { streamBody } from "./http-body.ts";
import type { Negotiated } from "./negotiate.ts";
import {
  ExpositionTooLarge,
  MetricsNotAcceptable,
  ScrapeTimeout,
  TooManyScrapes,
} from "./errors.ts";
import type { ScrapeBody } from "./scrapes.ts";

/** Caches must tell answers apart by what the client accepts (RFC 9110, section 12.5.5). */
const vary = "Accept, Accept-Encoding";

/**
 * A scrape's answer. One chunk is sent with its length before it; several as a stream, with chunked transfer coding, which
 * tells a client as well where the body is cut off. An answer to HEAD has the length of what GET would give.
 */
export const scrapeResponse = (
  { contentType, encoding }: Negotiated,
  body: ScrapeBody,
  isHead: boolean,
  onTimeout: () => void,
): HttpServerResponse.HttpServerResponse => {
  const headers = {
    "content-type": contentType,
    vary,
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
  };
  const sized = { ...headers, "content-length": String(body.bytes) };
  if (isHead) {
    body.release();
    return HttpServerResponse.empty({ status: 200, headers: sized });
  }
  const [only, ...others] = body.chunks;
  if (only !== undefined && others.length === 0) {
    body.release();
    return HttpServerResponse.raw(only, { headers: sized });
  }
  return HttpServerResponse.raw(streamBody(body, onTimeout), { headers });
};

const Refusal = Schema.Union(
  MetricsNotAcceptable,
  TooManyScrapes,
  ScrapeTimeout,
  ExpositionTooLarge,
);

const encode = Schema.encodeSync(Refusal);

/** A scrape that is not answered with metrics. What may be otherwise in a moment, says when to come again. */
export const refusalResponse = (
  refusal: typeof Refusal.Type,
): HttpServerResponse.HttpServerResponse => {
  const status = HttpApiSchema.getStatusError(
    Refusal.members.find((member) => refusal instanceof member) ?? Refusal,
  );
  return HttpServerResponse.unsafeJson(encode(refusal), {
    status,
    headers: { vary, ...(status === 503 ? { "retry-after": "1" } : {}) },
  });
};
