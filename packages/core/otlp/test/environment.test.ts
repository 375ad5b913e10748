import { BunFileSystem } from "@effect/platform-bun";
import { describe, expect, it } from "@effect/vitest";
import { ConfigProvider, Effect } from "effect";
import { readEnvironment } from "../src/settings/environment.ts";
import { resolveExporter, variablesOfExporter } from "../src/settings/exporter.ts";
import { describe as describeSettings, metricsSettings } from "../src/settings/metrics.ts";
import type { Signal } from "../src/settings/signal.ts";

const base = "http://127.0.0.1:4318";
const defaults = { "service.name": "executor-local", "service.version": "1" };

const withVariables = (env: Record<string, string>) =>
  Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env))));

const read = (env: Record<string, string>) =>
  Effect.runSync(
    readEnvironment(metricsSettings, defaults).pipe(
      withVariables(env),
      Effect.provide(BunFileSystem.layer),
    ),
  );

/** Settings that every signal has. */
const readSignal = (signal: Signal, env: Record<string, string>) =>
  Effect.runSync(
    readEnvironment(
      {
        variables: variablesOfExporter(signal),
        resolve: (lookup, resource, report) => resolveExporter(signal, lookup, resource, report),
      },
      defaults,
    ).pipe(withVariables(env), Effect.provide(BunFileSystem.layer)),
  );

const withBase = (env: Record<string, string>) =>
  read({ OTEL_EXPORTER_OTLP_ENDPOINT: base, ...env });

describe("the environment", () => {
  it("gives defaults", () => {
    expect(withBase({})).toEqual({
      settings: {
        url: `${base}/v1/metrics`,
        headers: {},
        protocol: "http/protobuf",
        compression: "gzip",
        temporality: "cumulative",
        histograms: "explicit_bucket_histogram",
        timeoutMillis: 10_000,
        certificates: undefined,
        intervalMillis: 60_000,
        resource: defaults,
      },
      problems: [],
    });
  });

  it("takes an empty variable as unset", () => {
    const { settings, problems } = withBase({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "  ",
      OTEL_EXPORTER_OTLP_PROTOCOL: "",
    });
    expect(settings?.url).toBe(`${base}/v1/metrics`);
    expect(problems).toEqual([]);
  });

  it.each(["metrics", "traces", "logs"] as const)("has variables of its own for %s", (signal) => {
    const own = (suffix: string) => `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${suffix}`;
    const general = {
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://all/otlp",
      OTEL_EXPORTER_OTLP_HEADERS: "a=1,b=2",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_TIMEOUT: "1",
      OTEL_EXPORTER_OTLP_COMPRESSION: "none",
    };
    expect(readSignal(signal, general)).toMatchObject({
      settings: {
        url: `http://all/otlp/v1/${signal}`,
        headers: { a: "1", b: "2" },
        protocol: "http/json",
        timeoutMillis: 1,
        compression: "none",
      },
      problems: [],
    });
    const specific = {
      [own("ENDPOINT")]: "http://own/path",
      [own("HEADERS")]: "b=3",
      [own("PROTOCOL")]: "http/protobuf",
      [own("TIMEOUT")]: "2",
      [own("COMPRESSION")]: "gzip",
    };
    expect(readSignal(signal, { ...general, ...specific })).toMatchObject({
      settings: {
        url: "http://own/path",
        headers: { a: "1", b: "3" },
        protocol: "http/protobuf",
        timeoutMillis: 2,
        compression: "gzip",
      },
      problems: [],
    });
  });

  it.each(["metrics", "traces", "logs"] as const)("has an exporter of its own for %s", (signal) => {
    const choice = `OTEL_${signal.toUpperCase()}_EXPORTER`;
    const chosen = (exporter: string) =>
      readSignal(signal, { OTEL_EXPORTER_OTLP_ENDPOINT: base, [choice]: exporter });
    for (const exporter of ["prometheus", "console", "zipkin"]) {
      expect(chosen(exporter)).toEqual({
        settings: undefined,
        problems: [expect.stringMatching(`are not pushed, because ${choice} does not name otlp`)],
      });
    }
    expect(chosen("console, OTLP")).toMatchObject({ settings: { protocol: "http/protobuf" } });
  });

  it("prefers the variables for metrics", () => {
    const { settings, problems } = withBase({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://receiver.example/api/v1/otlp/v1/metrics",
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_EXPORTER_OTLP_METRICS_COMPRESSION: "None",
      OTEL_EXPORTER_OTLP_TIMEOUT: "1",
      OTEL_EXPORTER_OTLP_METRICS_TIMEOUT: "2500",
      OTEL_EXPORTER_OTLP_HEADERS: "a=1,b=2",
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: "B=3",
      OTEL_METRIC_EXPORT_INTERVAL: "5000",
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "LowMemory",
    });
    expect(problems).toEqual([]);
    expect(settings).toMatchObject({
      url: "https://receiver.example/api/v1/otlp/v1/metrics",
      protocol: "http/json",
      compression: "none",
      timeoutMillis: 2_500,
      headers: { a: "1", b: "3" },
      intervalMillis: 5_000,
      temporality: "delta",
    });
  });

  it("appends the path to a base with or without a slash and a path", () => {
    const url = (endpoint: string) => read({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).settings?.url;
    expect(url("http://h:1/")).toBe("http://h:1/v1/metrics");
    expect(url("http://h:1/otlp/")).toBe("http://h:1/otlp/v1/metrics");
    expect(url("http://h:1/otlp?key=1")).toBe("http://h:1/otlp/v1/metrics?key=1");
  });

  it("decodes headers, whose values may hold an equals sign", () => {
    const { settings } = withBase({
      OTEL_EXPORTER_OTLP_HEADERS: "Authorization=Basic%20YTpi==, x-scope = a%2Cb ,",
    });
    expect(settings?.headers).toEqual({ authorization: "Basic YTpi==", "x-scope": "a,b" });
  });

  it("turns user and password of the address into a header", () => {
    const { settings } = read({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://me:p%40ss@h/v1/metrics",
    });
    expect(settings?.url).toBe("https://h/v1/metrics");
    expect(settings?.headers).toEqual({ authorization: `Basic ${btoa("me:p@ss")}` });
  });

  it("takes a password that is not percent-encoded unchanged", () => {
    const { settings } = read({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://me:100%@h/v1/metrics",
    });
    expect(settings?.headers).toEqual({ authorization: `Basic ${btoa("me:100%")}` });
  });

  it("takes the resource from attributes, and the name from OTEL_SERVICE_NAME first", () => {
    const { settings } = withBase({
      OTEL_RESOURCE_ATTRIBUTES: "service.name=a,deployment.environment.name=p%2Cq,offset=-5",
      OTEL_SERVICE_NAME: "b",
    });
    expect(settings?.resource).toEqual({
      "service.name": "b",
      "service.version": "1",
      "deployment.environment.name": "p,q",
      offset: "-5",
    });
  });

  it("is described without secrets", () => {
    const { settings } = read({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "https://me:hidden@h/v1/metrics?key=hidden",
      OTEL_EXPORTER_OTLP_HEADERS: "x-key=hidden",
    });
    expect(settings && describeSettings(settings)).toBe(
      "Metrics are pushed to https://h/v1/metrics every 60 s (http/protobuf, gzip, cumulative; headers authorization, x-key)",
    );
  });
});

describe("a wrong variable", () => {
  it.each([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "grpc" }, /is grpc.*http\/protobuf.*4318/],
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: "http" }, /none of http\/protobuf, http\/json/],
    [{ OTEL_EXPORTER_OTLP_COMPRESSION: "zstd" }, /none of gzip, none; gzip is used/],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: "10s" }, /not a number of milliseconds.*10000 is used/],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: "0" }, /not a number of milliseconds/],
    [{ OTEL_METRIC_EXPORT_INTERVAL: "-1" }, /not a number of milliseconds.*60000 is used/],
    [{ OTEL_METRIC_EXPORT_INTERVAL: "99999999999" }, /not a number of milliseconds/],
    [{ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: "x" }, /none of cumulative, delta/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "hidden" }, /entry 1 is not of the form key=value/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "a b=hidden" }, /no valid header name/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "a=hidden%0Ahidden" }, /the value of a has characters/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "content-type=hidden" }, /content-type follows/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "a=hidden%zz" }, /the value of a is not percent-encoded/],
    [{ OTEL_EXPORTER_OTLP_HEADERS: "X-Axiom-Dataset=hidden" }, /x-axiom-metrics-dataset/],
    [{ OTEL_RESOURCE_ATTRIBUTES: "hidden" }, /entry 1 is not of the form/],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "localhost:4318" }, /begins with http/],
    [{ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: base }, /has no path/],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: `${base}/v1/metrics` },
      /ends in \/v1\/metrics, .*OTEL_EXPORTER_OTLP_METRICS_ENDPOINT/,
    ],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://h:4317" }, /port 4317.*gRPC/],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://api.axiom.co",
        OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      },
      /Axiom takes metrics as http\/protobuf only/,
    ],
    [
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "https://eu-central-1.aws.edge.axiom.co",
        OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION:
          "base2_exponential_bucket_histogram",
      },
      /Axiom takes no exponential histograms/,
    ],
  ])("is reported, and the push still runs: %o", (env, says) => {
    const { settings, problems } = withBase(env);
    expect(problems).toEqual([expect.stringMatching(says)]);
    expect(problems.join(" ")).not.toContain("hidden");
    expect(settings).toBeDefined();
  });

  it("leaves no push where no address is valid", () => {
    const { settings, problems } = read({ OTEL_EXPORTER_OTLP_ENDPOINT: "ftp://h" });
    expect(settings).toBeUndefined();
    expect(problems.at(-1)).toMatch(/not pushed/);
  });

  it("is not reported where Axiom has both headers", () => {
    const headers = "x-axiom-dataset=a,x-axiom-metrics-dataset=b";
    expect(withBase({ OTEL_EXPORTER_OTLP_HEADERS: headers }).problems).toEqual([]);
  });
});
