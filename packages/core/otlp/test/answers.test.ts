import { describe, expect, it } from "@effect/vitest";
import { RegistryReading } from "@executor/telemetry/reading";
import { until } from "@executor/testing";
import { setTimeout as sleep } from "node:timers/promises";
import { lastSuccess } from "../src/delivery/metrics.ts";
import { encodeAnswer } from "./support/otlp-schema.ts";
import { once, status, usePush } from "./support/push.ts";
import { ok, startReceiver } from "./support/receiver.ts";

const push = usePush();

const lastSuccessName = "executor.metrics.export.last_success.timestamp";

describe("a refusal", () => {
  it.each([400, 401, 403, 404, 408, 500, 501])("of status %i is not retried", async (code) => {
    const { report, requests } = await push().attempts(status(code));
    expect(requests).toBe(1);
    expect(report).toMatchObject({ accepted: 0, failed: 1, failure: { errorType: String(code) } });
  });

  it.each([429, 502, 503, 504])("of status %i is retried", async (code) => {
    const { report, requests } = await push().attempts(once(status(code)));
    expect(requests).toBe(2);
    expect(report).toMatchObject({ accepted: 1, failed: 0 });
  });

  it("by an unknown status has the error type _OTHER", async () => {
    const { report } = await push().attempts(status(599));
    expect(report.failure).toMatchObject({ status: 599, errorType: "_OTHER" });
  });

  it.each([301, 302, 307, 308])("by redirect %i is not followed", async (code) => {
    const elsewhere = startReceiver();
    try {
      const { report } = await push().attempts(status(code, { location: elsewhere.url }));
      expect(elsewhere.requests).toEqual([]);
      expect(report.failure?.reason).toContain(
        `redirects are not followed, here to ${elsewhere.url}`,
      );
    } finally {
      await elsewhere.stop();
    }
  });

  it.each([
    ["application/x-protobuf", encodeAnswer("Status", { code: 3, message: "no such\ndataset" })],
    ["application/json", JSON.stringify({ code: 3, message: "no such\ndataset" })],
    ["text/plain", "no such\ndataset\n"],
  ])("in %s is quoted in one line", async (contentType, body) => {
    const { report } = await push().attempts(
      () => new Response(body, { status: 400, headers: { "content-type": contentType } }),
    );
    expect(report.failure?.reason).toBe('the receiver answered 400: "no such dataset"');
  });
});

describe("what a receiver says", () => {
  const basic = Buffer.from("operator:pa$$word+1").toString("base64");
  const headers = {
    authorization: `Basic ${basic}`,
    "x-key": "Bearer s3cret/token",
    "x-tenant": "1",
  };

  it.each([
    ["a header", `Basic ${basic}`],
    ["its Base64 alone", basic],
    ["the Base64 of a header", Buffer.from("Bearer s3cret/token").toString("base64")],
    ["a token", "s3cret/token"],
    ["a token in other letters, percent-encoded", "S3CRET%2ftoken"],
    ["user and password", "operator:pa$$word+1"],
    ["a password", "pa$$word+1"],
    ["a token at the cut", `${"x".repeat(288)} s3cret/token`],
  ])("is shown without our own credentials: %s", async (_, said) => {
    for (const contentType of ["text/plain", "application/json"]) {
      const body = contentType === "text/plain" ? said : JSON.stringify({ message: said });
      const { report } = await push().attempts(
        () => new Response(body, { status: 400, headers: { "content-type": contentType } }),
        { headers },
      );
      const reason = report.failure?.reason ?? "";
      expect(reason).toContain("the receiver answered 400");
      expect(reason).toContain("[redacted");
      expect(reason).not.toMatch(/s3c|word|operator|QmVhcm|b3Blcm/i);
    }
  });

  it("of a request that it took has none either", async () => {
    const { report } = await push().attempts(
      () => Response.json({ partialSuccess: { errorMessage: "hello s3cret/token" } }),
      { headers },
    );
    expect(report.message).toBe("hello [redacted]");
  });

  it.each([
    ["https://user:key@other.test/a?key=1#key", "https://other.test/a"],
    ["//user:key@other.test/a?key=1", "http://other.test/a"],
    ["/login?key=1", "http://127.0.0.1/login"],
    ["/s3cret%2Ftoken/login", "http://127.0.0.1/[redacted]/login"],
    [`https://other.test/${"a".repeat(500)}`, `https://other.test/${"a".repeat(181)}`],
  ])("of a redirect has no user and no query: %s", async (location, shown) => {
    const { report } = await push().attempts(status(302, { location }), { headers });
    expect(report.failure?.reason.replace(`:${push().receiver.port}`, "")).toBe(
      `the receiver answered 302: redirects are not followed, here to ${shown}`,
    );
  });
});

describe("Retry-After", () => {
  it.each([429, 503])("in seconds delays the retry (%i)", async (code) => {
    await push().attempts(once(status(code, { "retry-after": "1" })));
    const [first, second] = push().receiver.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it("as a date delays the retry", async () => {
    await push().attempts(
      once((received, index) =>
        status(503, { "retry-after": new Date(Date.now() + 2_000).toUTCString() })(received, index),
      ),
    );
    const [first, second] = push().receiver.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(900);
  });

  it.each(["seconds", "a date"])(
    "beyond the deadline ends the export at once, and holds over the next ones (%s)",
    async (form) => {
      const retryAfter = form === "seconds" ? "2" : new Date(Date.now() + 3_000).toUTCString();
      const exporter = push().start({ timeoutMillis: 500 });
      push().receiver.answerWith(once(status(429, { "retry-after": retryAfter })));
      const throttled = { accepted: 0, failed: 1, failure: { errorType: "429" } };
      expect(await exporter.push()).toMatchObject({ ...throttled, requests: 1 });
      expect(await exporter.push()).toMatchObject({ ...throttled, requests: 0 });
      expect(push().receiver.requests).toHaveLength(1);
      await until(
        "the receiver is asked again",
        async () => (await exporter.push()).accepted === 1,
      );
      const [first, second] = push().receiver.requests;
      expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1_900);
      expect(exporter.log.map(({ level }) => level)).toEqual(["WARN", "INFO"]);
    },
  );

  it("that ends within the timeout of the next export delays it", async () => {
    const exporter = push().start({ timeoutMillis: 900 });
    push().receiver.answerWith(once(status(503, { "retry-after": "1" })));
    expect(await exporter.push()).toMatchObject({ accepted: 0 });
    await sleep(200);
    expect(await exporter.push()).toMatchObject({ accepted: 1, requests: 1 });
    const [first, second] = push().receiver.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });
});

describe("an answer with a success", () => {
  it.each([
    ["an empty body", null, undefined],
    ["an empty message", "", "application/x-protobuf"],
    ["an empty object", "{}", "application/json; charset=utf-8"],
    ["an object without a content type of its own", "{}", "text/plain; charset=utf-8"],
    ["an empty partial success", '{"partialSuccess":{}}', "application/json"],
  ])("and %s takes the request", async (_, body, type) => {
    const { report } = await push().attempts(
      () => new Response(body, { headers: type === undefined ? {} : { "content-type": type } }),
    );
    expect(report).toMatchObject({ accepted: 1, failed: 0, failure: undefined });
  });

  it.each([
    ["a page", "<!doctype html><title>Sign in</title>", "text/html; charset=utf-8"],
    ["a page that says it is protobuf", "<html></html>", "application/x-protobuf"],
    ["a page that says it is JSON", "<html></html>", "application/json"],
    ["another object", '{"error":"no such dataset"}', "application/json"],
    ["a list", "[]", "application/json"],
    ["a text", "ok", "text/plain"],
  ])("and %s does not, and is told once", async (_, body, type) => {
    push().registry.counter("other", 1);
    const exporter = push().start();
    push().receiver.answerWith(() => new Response(body, { headers: { "content-type": type } }));
    for (let round = 0; round < 2; round += 1) {
      expect(await exporter.push()).toMatchObject({
        accepted: 0,
        failed: 2,
        failure: { status: 200, errorType: "invalid_response" },
      });
    }
    expect(push().receiver.requests).toHaveLength(2);
    expect(exporter.log).toEqual([
      { level: "WARN", message: expect.stringContaining(`answered 200 with ${type}, which is no`) },
    ]);
  });

  it("of something else leaves the time of the last success and deltas as they are", async () => {
    const taken = Math.floor(Date.now() / 1_000) - 1;
    lastSuccess.metrics.set(taken, {});
    const exporter = push().start({ temporality: "delta" });
    push().receiver.answerWith(once(() => new Response("<html>")));
    await exporter.push();
    const seen = new RegistryReading().read().find(({ metric }) => metric.name === lastSuccessName);
    expect(seen).toMatchObject({ value: taken });
    await exporter.push();
    expect(push().receiver.requests.at(-1)?.points).toMatchObject([{ name: "calls", value: 1 }]);
  });
});

describe("a partial success", () => {
  const content = { partialSuccess: { rejectedDataPoints: 1, errorMessage: "too\nold" } };

  it.each([
    ["application/x-protobuf", encodeAnswer("ExportMetricsServiceResponse", content)],
    [
      "application/json",
      JSON.stringify({ partialSuccess: { ...content.partialSuccess, rejectedDataPoints: "1" } }),
    ],
  ])("in %s is counted, and logged once", async (contentType, body) => {
    push().registry.counter("other", 1);
    const { report, exporter } = await push().attempts(
      () => new Response(body, { headers: { "content-type": contentType } }),
    );
    expect(report).toMatchObject({ accepted: 1, rejected: 1, failed: 0, message: "too old" });
    await exporter.push();
    expect(exporter.log).toEqual([
      {
        level: "WARN",
        message: `The receiver at ${push().receiver.url} rejected 1 of 2 data points: "too old"`,
      },
    ]);
    push().receiver.answerWith(ok);
    await exporter.push();
    expect(exporter.log.at(-1)).toEqual({
      level: "INFO",
      message: `All metrics are pushed to ${push().receiver.url} again.`,
    });
  });
});
