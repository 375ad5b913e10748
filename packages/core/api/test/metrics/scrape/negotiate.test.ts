import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { contentTypeOf, negotiate } from "../../../src/metrics/scrape/negotiate.ts";
import { formats } from "../../../src/metrics/formats.ts";
import { openMetricsText, openMetricsText001 } from "../../../src/metrics/openmetrics/format.ts";
import { prometheusText, prometheusText100 } from "../../../src/metrics/prometheus.ts";
import { protobuf as protobufFormat } from "../../../src/metrics/protobuf/format.ts";

const text = "text/plain; version=0.0.4; charset=utf-8";
const text1 = "text/plain; version=1.0.0; charset=utf-8";
const openMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const openMetrics0 = "application/openmetrics-text; version=0.0.1; charset=utf-8";
const protobuf =
  "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";

const protobufFirst =
  "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited";

/** What servers and other clients send, and the `Content-Type` that they are answered with. */
const servers: ReadonlyArray<readonly [client: string, accept: string | undefined, reply: string]> =
  [
    [
      "Prometheus 2.42 to 2.48",
      "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
      openMetrics,
    ],
    [
      "Prometheus 2.49.1 to 2.55",
      "application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      openMetrics,
    ],
    [
      "Prometheus 2.55 with native histograms",
      `${protobufFirst};q=0.6,application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
      protobuf,
    ],
    [
      "Prometheus 3.0 to 3.3",
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;escaping=allow-utf-8;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;escaping=allow-utf-8;q=0.3,*/*;q=0.2",
      `${openMetrics}; escaping=allow-utf-8`,
    ],
    [
      "Prometheus 3.4 on",
      "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
      `${openMetrics}; escaping=allow-utf-8`,
    ],
    [
      "Prometheus 3.4 with native histograms",
      `${protobufFirst};escaping=allow-utf-8;q=0.7,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2`,
      `${protobuf}; escaping=allow-utf-8`,
    ],
    [
      "Prometheus 3 told to ask for text 1.0.0",
      "text/plain;version=1.0.0;escaping=underscores;q=0.6,*/*;q=0.5",
      `${text1}; escaping=underscores`,
    ],
    ["VictoriaMetrics", "text/plain;version=0.0.4;q=1,*/*;q=0.1", text],
    ["curl and fetch", "*/*", text],
    ["a client without the header", undefined, text],
    [
      "a browser",
      "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
      text,
    ],
    ["Java", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2", text],
  ];

/** Every rule once: an `Accept`, and the `Content-Type` that answers it. */
const rules: ReadonlyArray<readonly [accept: string, reply: string | undefined]> = [
  ["", text],
  ["text/plain", text],
  ["text/*", text],
  ["application/*", openMetrics],
  ["text/plain;version=0.0.4;escaping=values", text],
  ["text/plain;version=1.0.0", `${text1}; escaping=underscores`],
  ["text/plain;version=1.0.0;escaping=dots", `${text1}; escaping=dots`],
  ["text/plain;version=1.0.0;escaping=rot13", `${text1}; escaping=underscores`],
  ["application/openmetrics-text", openMetrics],
  ["application/openmetrics-text;version=1.0.0", openMetrics],
  ["application/openmetrics-text;escaping=values", `${openMetrics}; escaping=values`],
  ["application/openmetrics-text;version=0.0.1;escaping=values", openMetrics0],
  ["application/vnd.google.protobuf", protobuf],
  [`${protobufFirst};escaping=underscores`, `${protobuf}; escaping=underscores`],
  // Case, space and quotes mean nothing.
  [' Text/PLAIN ; Version = "1.0.0" ; ESCAPING="Values" ; Q=0.5 ', `${text1}; escaping=values`],
  ['application/openmetrics-text; version="1.0\\.0"; charset="UTF-8"', openMetrics],
  ['text/plain;version="0.0.4";note="a, b; q=0", application/openmetrics-text;q=0.5', text],
  // What weighs most wins, then what is named most exactly, then what is named first.
  ["text/plain;q=0.5, application/openmetrics-text;q=0.6", openMetrics],
  ["text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0", text],
  ["application/openmetrics-text;version=1.0.0, text/plain;version=0.0.4", openMetrics],
  ["*/*, application/openmetrics-text", openMetrics],
  ["text/*, application/openmetrics-text;version=1.0.0", openMetrics],
  ["text/plain;q=0.001, */*;q=0", text],
  ["text/plain;version=0.0.4;q=7, application/openmetrics-text", text],
  ["text/plain;q=much, application/openmetrics-text;q=0.9", text],
  // A wildcard does not speak for what an entry excludes, or ranks lower.
  ["text/plain;q=0, */*", openMetrics],
  ["text/plain;version=0.0.4;q=0, text/*", `${text1}; escaping=underscores`],
  ["text/plain;q=0.1, application/openmetrics-text;q=0.2, */*;q=0.9", protobuf],
  // What there is not is passed over.
  ["application/openmetrics-text;version=2.0.0, text/plain;version=0.0.4;q=0.1", text],
  [`${protobufFirst.replace("delimited", "text")}, text/plain;q=0.1`, text],
  ["application/json", undefined],
  ["text/html, image/*", undefined],
  ["text/plain;version=0.0.5", undefined],
  ["text/plain;charset=utf-16", undefined],
  ["application/vnd.google.protobuf;proto=other", undefined],
  ["*/*;q=0", undefined],
  ["text/*;q=0, application/*;q=0.0", undefined],
  // What is no media type is as good as nothing.
  [',, ;;, text, text/, /plain, "text/plain"', text],
  ["\0\u{1f99c}", text],
  ['"', text],
  ["nonsense, application/openmetrics-text", openMetrics],
];

const encodings: ReadonlyArray<
  readonly [acceptEncoding: string | undefined, encoding: string | undefined]
> = [
  [undefined, "identity"],
  ["", "identity"],
  ["gzip", "gzip"],
  ["GZip", "gzip"],
  ["x-gzip", "gzip"],
  ["identity", "identity"],
  ["*", "gzip"],
  ["deflate, gzip, br, zstd", "gzip"],
  ["gzip, identity", "gzip"],
  ["gzip;q=0", "identity"],
  ["gzip;q=0, *", "identity"],
  ["gzip;q=0.5, identity", "identity"],
  ["gzip;q=0.5, identity;q=0.4", "gzip"],
  ["gzip;q=0.5, *;q=0.8", "identity"],
  ["gzip;q=0.1", "gzip"],
  ["br, zstd", "identity"],
  ["gzip, identity;q=0", "gzip"],
  ["gzip, *;q=0", "gzip"],
  ["identity, *;q=0", "identity"],
  ["identity;q=0", undefined],
  ["*;q=0", undefined],
  ["br, identity;q=0", undefined],
  ["gzip;q=0, identity;q=0", undefined],
];

describe("negotiate", () => {
  for (const [client, accept, reply] of servers) {
    it(`gives ${client} what it prefers`, () => {
      expect(negotiate(accept, "gzip")).toMatchObject({ contentType: reply, encoding: "gzip" });
    });
  }

  for (const [accept, reply] of rules) {
    it(`answers Accept: ${JSON.stringify(accept)}`, () => {
      expect(negotiate(accept, undefined)?.contentType).toBe(reply);
    });
  }

  for (const [acceptEncoding, encoding] of encodings) {
    it(`answers Accept-Encoding: ${JSON.stringify(acceptEncoding)}`, () => {
      expect(negotiate(undefined, acceptEncoding)?.encoding).toBe(encoding);
    });
  }

  it("names the escaping that it chose, underscores where none was asked for", () => {
    const escaping = (accept: string) => negotiate(accept, undefined)?.escaping;
    expect(escaping("application/openmetrics-text;escaping=values")).toBe("values");
    expect(escaping("application/openmetrics-text")).toBe("underscores");
    expect(escaping("text/plain;version=1.0.0;escaping=a, text/plain;escaping=dots;q=0.1")).toBe(
      "underscores",
    );
  });

  it("answers any header, however it is broken", () => {
    const parts = fc.constantFrom(
      ",",
      ";",
      '"',
      "\\",
      "=",
      "q",
      "/",
      "*",
      " ",
      "text",
      "plain",
      "0",
    );
    const header = fc.oneof(
      fc.string({ unit: "binary-ascii" }),
      fc.array(parts).map((all) => all.join("")),
    );
    fc.assert(
      fc.property(header, header, (accept, encoding) => {
        const contentType = negotiate(accept, encoding)?.contentType ?? "text/plain";
        expect(contentType).toMatch(/^(text|application)\//);
      }),
    );
  });

  it("chooses a format of the highest weight, and none that is excluded", () => {
    const offers = [
      ["text/plain;version=0.0.4", prometheusText],
      ["text/plain;version=1.0.0", prometheusText100],
      ["application/openmetrics-text;version=1.0.0", openMetricsText],
      ["application/openmetrics-text;version=0.0.1", openMetricsText001],
      [protobufFirst, protobufFormat],
    ] as const;
    expect(new Set(offers.map(([, format]) => format))).toEqual(new Set(formats));
    const weights = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 5, maxLength: 5 });
    const order = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 1 });
    fc.assert(
      fc.property(weights, order, (weight, chosen) => {
        const accept = chosen
          .map((i) => `${offers[i]?.[0]};q=${(weight[i] ?? 0) / 1000}`)
          .join(", ");
        const best = chosen.reduce((a, b) => ((weight[b] ?? 0) > (weight[a] ?? 0) ? b : a));
        const expected = weight[best] === 0 ? undefined : offers[best]?.[1];
        expect(negotiate(accept, undefined)?.format).toBe(expected);
        expect(negotiate(accept, undefined)?.contentType).toBe(
          expected === undefined ? undefined : contentTypeOf(expected),
        );
      }),
    );
  });
});
