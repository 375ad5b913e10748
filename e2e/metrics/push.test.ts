import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@effect/vitest";
import { apiClient } from "../support/daemon/api-client.ts";
import { runExecutor } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { readSamples, sumOf, until } from "@executor/testing";
import { pushEnvironment, startOtlpReceiver } from "../support/metrics/otlp-receiver.ts";
import type { OtlpReceiver } from "../support/metrics/otlp-receiver.ts";

let receiver: OtlpReceiver;
let daemon: Daemon | undefined;
beforeEach(() => {
  receiver = startOtlpReceiver();
  daemon = undefined;
});
afterEach(async () => {
  await daemon?.stop();
  await receiver.stop();
});

const start = async (env: Record<string, string> = {}): Promise<Daemon> => {
  daemon = await startDaemon({ env: { ...pushEnvironment(receiver), ...env } });
  return daemon;
};

const completed = (requestNumber: number): number | undefined =>
  receiver.requests
    .at(requestNumber)
    ?.find(
      ({ name, attributes }) =>
        name === "executor.executions" &&
        attributes["status"] === "completed" &&
        attributes["trigger"] === "api",
    )?.value;

const warnings = (log: string): ReadonlyArray<string> =>
  log.split("\n").filter((line) => line.includes("level=WARN"));

describe("a daemon that is told to stop", () => {
  it("pushes what it counted last", async () => {
    const running = await start();
    await apiClient(running).execute("return 1");
    expect(receiver.requests).toEqual([]);
    running.kill("SIGTERM");
    expect(await running.exited).toBe(0);
    expect(receiver.requests).toHaveLength(1);
    expect(completed(0)).toBe(1);
  });

  it.each([
    ["before", { OTEL_EXPORTER_OTLP_TIMEOUT: "1000" }],
    ["during", { OTEL_EXPORTER_OTLP_TIMEOUT: "1000", OTEL_METRIC_EXPORT_INTERVAL: "100" }],
  ])("ends though the receiver hangs since %s it", async (_, env) => {
    receiver.answerWith("hang");
    const running = await start(env);
    if ("OTEL_METRIC_EXPORT_INTERVAL" in env) {
      await until("an export hangs", async () => receiver.requests.length > 0);
    }
    running.kill("SIGTERM");
    // The daemon's `stop` would kill it after ten seconds, and a signal is no exit code.
    const killer = setTimeout(() => running.kill("SIGKILL"), 8_000);
    expect(await running.exited).toBe(0);
    clearTimeout(killer);
    expect(warnings(running.log()).join("\n")).toContain("did not answer within");
  });

  it("pushes all signals at the same time, so that a receiver that hangs costs one timeout", async () => {
    receiver.answerWith("hang");
    const running = await start({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "",
      OTEL_EXPORTER_OTLP_ENDPOINT: new URL(receiver.url).origin,
      OTEL_EXPORTER_OTLP_TIMEOUT: "3000",
      OTEL_BSP_SCHEDULE_DELAY: "600000",
      OTEL_BLRP_SCHEDULE_DELAY: "600000",
    });
    await apiClient(running).execute("return 1");
    const before = performance.now();
    running.kill("SIGTERM");
    expect(await running.exited).toBe(0);
    expect(performance.now() - before).toBeLessThan(5_500);
    const told = warnings(running.log()).join("\n");
    for (const signal of ["Metrics", "Traces", "Logs"]) {
      expect(told).toMatch(new RegExp(`${signal} cannot be pushed .* did not answer within`));
    }
    expect(told).toMatch(/\d+ spans are lost/);
    expect(told).toMatch(/\d+ log records are lost/);
  });

  it("ends though nothing listens where it pushes to", async () => {
    const running = await start({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://127.0.0.1:9/v1/metrics",
    });
    running.kill("SIGTERM");
    const killer = setTimeout(() => running.kill("SIGKILL"), 8_000);
    expect(await running.exited).toBe(0);
    clearTimeout(killer);
  });
});

describe("a daemon that cannot start", () => {
  it("pushes nothing as the one that holds its port", async () => {
    const running = await start();
    const env = {
      ...pushEnvironment(receiver),
      EXECUTOR_PORT: String(running.port),
      EXECUTOR_DATA_DIR: join(running.dataDirectory, "another"),
    };
    const { code, stderr } = await runExecutor(["serve"], { env });
    expect(code).toBe(1);
    expect(stderr).toContain(`Port ${running.port} is in use`);
    expect(receiver.requests).toEqual([]);
  });
});

describe("a receiver that fails and recovers", () => {
  it("is told of in the log and on the metrics page", async () => {
    receiver.answerWith(503);
    const running = await start({
      OTEL_METRIC_EXPORT_INTERVAL: "50",
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
    });
    const exported = async (errorType?: string) => {
      const samples = readSamples(await apiClient(running).metrics());
      return sumOf(
        samples.filter(({ labels }) => labels["error_type"] === errorType),
        "otel_sdk_exporter_metric_data_point_exported_total",
      );
    };
    await until("failures are counted", async () => (await exported("503")) > 0);
    receiver.answerWith(200);
    await until("the push recovers", async () => (await exported()) > 0);
    const samples = readSamples(await apiClient(running).metrics());
    const last = sumOf(samples, "executor_metrics_export_last_success_timestamp_seconds");
    expect(Math.abs(last - Date.now() / 1000)).toBeLessThan(60);
    await until("the recovery is logged", async () => running.log().includes("again."));
    expect(warnings(running.log())).toHaveLength(1);
    expect(warnings(running.log())[0]).toContain("answered 503");
  });
});

describe("a daemon that pushes nowhere", () => {
  it("says nothing of a push, and has no metrics of one", async () => {
    daemon = await startDaemon();
    expect(await apiClient(daemon).metrics()).not.toMatch(
      /exported|last_success_timestamp_seconds \d/,
    );
    expect(daemon.log()).not.toMatch(/push/i);
  });
});

describe("a daemon whose variables are wrong", () => {
  it("tells once what is wrong with those of all signals", async () => {
    const running = await start({
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "",
      OTEL_EXPORTER_OTLP_ENDPOINT: `${new URL(receiver.url).origin}/v1/metrics`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: "http/json",
      OTEL_EXPORTER_OTLP_HEADERS: "hidden",
      OTEL_EXPORTER_OTLP_TIMEOUT: "10s",
      OTEL_RESOURCE_ATTRIBUTES: "wrong",
      OTEL_ENTITIES: "service{}",
    });
    const about = warnings(running.log()).map((line) => /OTEL_\w+/.exec(line)?.[0] ?? line);
    expect(about.toSorted()).toEqual([
      "OTEL_ENTITIES",
      "OTEL_EXPORTER_OTLP_ENDPOINT",
      "OTEL_EXPORTER_OTLP_HEADERS",
      "OTEL_EXPORTER_OTLP_PROTOCOL",
      "OTEL_EXPORTER_OTLP_TIMEOUT",
      "OTEL_RESOURCE_ATTRIBUTES",
    ]);
  });
});

describe("executor metrics push --dry-run", () => {
  it("shows the settings and the answer, and no values of headers", async () => {
    const env = { ...pushEnvironment(receiver), OTEL_EXPORTER_OTLP_HEADERS: "x-key=hidden" };
    const { code, stdout, stderr } = await runExecutor(["metrics", "push", "--dry-run"], { env });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toContain(receiver.url);
    expect(stdout).toContain("x-key: (hidden)");
    expect(stdout).not.toContain("=hidden");
    expect(stdout).toMatch(/answered 200 and took \d+ data points in 1 request\./);
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]?.map(({ name }) => name)).toContain("executor.build_info");
  });

  it("tries traces and logs too where they are pushed, and fails where one of them is refused", async () => {
    const env = {
      ...pushEnvironment(receiver),
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:9/v1/traces",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: new URL("/v1/logs", receiver.url).href,
    };
    const { code, stdout, stderr } = await runExecutor(["metrics", "push", "--dry-run"], { env });
    expect(stdout).toMatch(
      /took \d+ data points in 1 request\..*took 1 log record in 1 request\./s,
    );
    expect(stderr).toMatch(/^The traces were not taken, because .*\n$/);
    expect(code).toBe(1);
  });

  it("fails with the receiver's reason", async () => {
    receiver.answerWith(401);
    const env = pushEnvironment(receiver);
    const { code, stderr } = await runExecutor(["metrics", "push", "--dry-run"], { env });
    expect(code).toBe(1);
    expect(stderr).toContain("the receiver answered 401: check the headers");
  });

  it("says how to ask for a push", async () => {
    const { code, stderr } = await runExecutor(["metrics", "push", "--dry-run"]);
    expect(code).toBe(1);
    expect(stderr).toContain("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
  });
});
