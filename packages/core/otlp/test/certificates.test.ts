import { BunFileSystem } from "@effect/platform-bun";
import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { makeAuthority } from "@executor/testing/certificates";
import { ConfigProvider, Effect } from "effect";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readEnvironment } from "../src/settings/environment.ts";
import { metricsSettings, type MetricsSettings } from "../src/settings/metrics.ts";
import { startExporter, type TestExporter } from "./support/exporter.ts";
import { type Receiver, startReceiver } from "./support/receiver.ts";
import { makeRegistry } from "./support/registry.ts";

const directory = mkdtempSync(join(tmpdir(), "executor-certificates-"));
const file = (name: string) => join(directory, name);
let receiver: Receiver;

beforeAll(async () => {
  const authority = await makeAuthority();
  const other = await makeAuthority("Another authority");
  const [server, client, stranger] = [
    await authority.issue(),
    await authority.issue(),
    await other.issue(),
  ];
  const files = {
    "ca.pem": authority.certificate,
    "client.pem": client.cert,
    "client.key": client.key,
    "other-ca.pem": other.certificate,
    "stranger.pem": stranger.cert,
    "stranger.key": stranger.key,
    "two.pem": `${other.certificate}\n${authority.certificate}`,
    "text.pem": "not a certificate",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(file(name), text);
  receiver = startReceiver({
    tls: {
      cert: server.cert,
      key: server.key,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    },
  });
});
afterAll(async () => {
  await receiver.stop();
  rmSync(directory, { recursive: true });
});

const read = (env: Record<string, string>) =>
  readEnvironment(metricsSettings, { "service.name": "test" }).pipe(
    Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(env)))),
    Effect.provide(BunFileSystem.layer),
    Effect.runPromise,
  );

const mutual = {
  OTEL_EXPORTER_OTLP_CERTIFICATE: "ca.pem",
  OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "client.pem",
  OTEL_EXPORTER_OTLP_CLIENT_KEY: "client.key",
};

const inDirectory = (env: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      /CERTIFICATE|KEY/.test(name) ? file(value) : value,
    ]),
  );

const push = async (settings: MetricsSettings | undefined) => {
  if (settings === undefined) throw new Error("There are no settings.");
  const registry = makeRegistry();
  registry.counter("calls", 1);
  const exporter: TestExporter = startExporter(registry, { ...settings, timeoutMillis: 1_000 });
  const report = await exporter.push();
  await exporter.stop();
  return report;
};

describe("a receiver with a certificate of a private authority, which asks for the client's", () => {
  it.each(["http/protobuf", "http/json"])("takes metrics (%s)", async (protocol) => {
    const { settings, problems } = await read({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url.replace("/v1/metrics", ""),
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      ...inDirectory(mutual),
    });
    expect(problems).toEqual([]);
    expect(await push(settings)).toMatchObject({ accepted: 1, failed: 0 });
    expect(receiver.requests.at(-1)?.points).toMatchObject([{ name: "calls", value: 1 }]);
  });

  it("takes metrics with the variables for metrics, which win, and several authorities", async () => {
    const { settings, problems } = await read({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      ...inDirectory({
        OTEL_EXPORTER_OTLP_CERTIFICATE: "other-ca.pem",
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "stranger.pem",
        OTEL_EXPORTER_OTLP_CLIENT_KEY: "stranger.key",
        OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: "two.pem",
        OTEL_EXPORTER_OTLP_METRICS_CLIENT_CERTIFICATE: "client.pem",
        OTEL_EXPORTER_OTLP_METRICS_CLIENT_KEY: "client.key",
      }),
    });
    expect(problems).toEqual([]);
    expect(await push(settings)).toMatchObject({ accepted: 1, failed: 0 });
  });

  it.each([
    ["no authority", {}],
    ["another authority", { ...mutual, OTEL_EXPORTER_OTLP_CERTIFICATE: "other-ca.pem" }],
    ["no certificate of the client", { OTEL_EXPORTER_OTLP_CERTIFICATE: "ca.pem" }],
    [
      "a stranger's certificate",
      {
        ...mutual,
        OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "stranger.pem",
        OTEL_EXPORTER_OTLP_CLIENT_KEY: "stranger.key",
      },
    ],
  ])("gets nothing with %s", async (_, env) => {
    const before = receiver.requests.length;
    const { settings } = await read({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      ...inDirectory(env),
    });
    expect(await push(settings)).toMatchObject({
      accepted: 0,
      failed: 1,
      failure: { errorType: "connection_error" },
    });
    expect(receiver.requests).toHaveLength(before);
  });
});

describe("a file that cannot be used", () => {
  it.each([
    [
      { OTEL_EXPORTER_OTLP_CERTIFICATE: "missing.pem" },
      /OTEL_EXPORTER_OTLP_CERTIFICATE names the file .*missing\.pem, which cannot be read \(NotFound\)/,
    ],
    [{ OTEL_EXPORTER_OTLP_METRICS_CERTIFICATE: "text.pem" }, /does not hold certificates in PEM/],
    [
      { ...mutual, OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "client.key" },
      /OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE .* does not hold certificates in PEM/,
    ],
    [
      { ...mutual, OTEL_EXPORTER_OTLP_CLIENT_KEY: "client.pem" },
      /OTEL_EXPORTER_OTLP_CLIENT_KEY .* does not hold an unencrypted private key/,
    ],
    [
      { ...mutual, OTEL_EXPORTER_OTLP_CLIENT_KEY: "stranger.key" },
      /The private key in .*stranger\.key .* does not belong to the certificate in .*client\.pem/,
    ],
    [
      { OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: "client.pem" },
      /OTEL_EXPORTER_OTLP_CLIENT_KEY is not/,
    ],
    [
      { OTEL_EXPORTER_OTLP_CLIENT_KEY: "client.key" },
      /OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE is not/,
    ],
  ])("is a problem, and nothing is pushed: %o", async (env, says) => {
    const { settings, problems } = await read({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: receiver.url,
      ...inDirectory(env),
    });
    expect(settings).toBeUndefined();
    expect(problems).toEqual([expect.stringMatching(says)]);
    expect(problems[0]).toMatch(/Metrics are not pushed\.$/);
  });

  it("is told where the address is not encrypted anyway", async () => {
    const { problems } = await read({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
      ...inDirectory(mutual),
    });
    expect(problems).toEqual([expect.stringMatching(/Certificates have no effect.*Use https/)]);
  });
});
