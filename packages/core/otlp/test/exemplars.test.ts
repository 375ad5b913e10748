import { describe, expect, it } from "@effect/vitest";
import type { Series } from "@executor/telemetry/reading";
import type { MetricsSettings } from "../src/settings/metrics.ts";
import { settingsFor, startExporter } from "./support/exporter.ts";
import { metricsOf } from "./support/otlp-request.ts";
import { startReceiver } from "./support/receiver.ts";
import { makeRegistry } from "./support/registry.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";
const exemplar = (value: number, timestamp: number) => ({ traceId, spanId, value, timestamp });

const shared = { labels: [], createdAt: undefined, repairs: [] };
const metric = { description: "", unit: "", declared: true };
const at = 1_800_000_000;

/** Counters and a histogram with exemplars: one without a trace, and two the later of which is of the lower bucket. */
const series: ReadonlyArray<Series> = [
  {
    ...shared,
    type: "number",
    source: {},
    metric: { ...metric, name: "calls", type: "counter" },
    value: 3,
    exemplar: exemplar(2, at + 0.25),
  },
  {
    ...shared,
    type: "number",
    source: {},
    metric: { ...metric, name: "untraced", type: "counter" },
    value: 1,
    exemplar: { traceId: "", spanId: "", value: 1, timestamp: at },
  },
  {
    ...shared,
    type: "histogram",
    source: {},
    metric: { ...metric, name: "size", type: "histogram" },
    bounds: [1, 5, Infinity],
    counts: Float64Array.of(1, 1, 2),
    count: 2,
    sum: 9.5,
    min: 0.5,
    max: 9,
    exemplars: [exemplar(0.5, at + 2), undefined, exemplar(9, at + 1)],
    native: {
      schema: 3,
      zeroThreshold: 2 ** -128,
      zeroCount: 0,
      positive: { indexes: [-8, 26], counts: [1, 1] },
      negative: { indexes: [], counts: [] },
      count: 2,
    },
  },
];

const push = async (
  protocol: "http/protobuf" | "http/json",
  temporality: "cumulative" | "delta",
  histograms: MetricsSettings["histograms"],
) => {
  const receiver = startReceiver();
  const exporter = startExporter(
    makeRegistry(),
    settingsFor(receiver.url, { protocol, temporality, histograms }),
    undefined,
    {
      // oxlint-disable-next-line require-yield -- a reading of two series has no place to pause
      *steps() {
        return series;
      },
    },
  );
  await exporter.push();
  await exporter.stop();
  await receiver.stop();
  const id = (text: string) =>
    protocol === "http/json" ? text : Buffer.from(text, "base64").toString("hex");
  return receiver.requests.flatMap(({ request }) =>
    metricsOf(request).map(({ name, sum, histogram, exponentialHistogram }) => [
      name,
      (sum ?? histogram ?? exponentialHistogram)?.dataPoints.flatMap(({ exemplars = [] }) =>
        exemplars.map(({ traceId: ofTrace, spanId: ofSpan, ...taken }) =>
          ofTrace === undefined && ofSpan === undefined
            ? taken
            : { ...taken, traceId: id(ofTrace ?? ""), spanId: id(ofSpan ?? "") },
        ),
      ),
    ]),
  );
};

const taken = (asDouble: number, millis: number) => ({
  traceId,
  spanId,
  asDouble,
  timeUnixNano: `${at * 1_000 + millis}000000`,
});

describe("exemplars", () => {
  const pushes = (["http/protobuf", "http/json"] as const).flatMap((protocol) =>
    (["cumulative", "delta"] as const).flatMap((temporality) =>
      (["explicit_bucket_histogram", "base2_exponential_bucket_histogram"] as const).map(
        (histograms) => [protocol, temporality, histograms] as const,
      ),
    ),
  );
  it.each(pushes)("are pushed in order of time (%s, %s, %s)", async (...options) => {
    expect(await push(...options)).toEqual([
      ["calls", [taken(2, 250)]],
      ["untraced", [{ asDouble: 1, timeUnixNano: `${at}000000000` }]],
      ["size", [taken(9, 1_000), taken(0.5, 2_000)]],
    ]);
  });
});
