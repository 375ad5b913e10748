import { describe, expect, it } from "@effect/vitest";
import { list, member } from "@executor/testing";
import { Schema } from "effect";
import { runExecutor } from "../support/cli/command.ts";
import { startDaemon } from "../support/daemon/daemon.ts";

const Line = Schema.parseJson(
  Schema.Struct({
    timestamp: Schema.DateFromString,
    level: Schema.Literal("INFO"),
    message: Schema.String,
  }),
);

describe("the daemon's log", () => {
  it("is JSON, a record a line, where EXECUTOR_LOG_FORMAT says so", async () => {
    const daemon = await startDaemon({ env: { EXECUTOR_LOG_FORMAT: "json" } });
    try {
      const lines = daemon.log().trimEnd().split("\n");
      const messages = lines.map((line) => Schema.decodeUnknownSync(Line)(line).message);
      expect(messages).toContainEqual(expect.stringMatching(/^Executor .* listens on /));
    } finally {
      await daemon.stop();
    }
  });

  it("is text unless another format is set", async () => {
    const daemon = await startDaemon();
    try {
      expect(daemon.log()).toMatch(/^timestamp=\S+Z level=INFO message="Executor .* listens on /m);
    } finally {
      await daemon.stop();
    }
  });

  it("is pushed too where the environment asks for it, with the daemon's last lines", async () => {
    const requests: Array<unknown> = [];
    const receiver = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async (request) => {
        requests.push(await request.json());
        return Response.json({});
      },
    });
    const daemon = await startDaemon({
      env: {
        OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `http://127.0.0.1:${receiver.port}/v1/logs`,
        OTEL_EXPORTER_OTLP_LOGS_PROTOCOL: "http/json",
        OTEL_EXPORTER_OTLP_LOGS_COMPRESSION: "none",
        OTEL_BLRP_SCHEDULE_DELAY: "600000",
        OTEL_SERVICE_NAME: "logged",
      },
    });
    await daemon.stop();
    await receiver.stop(true);
    const resources = requests.flatMap((request) => list(member(request, "resourceLogs")));
    const records = resources
      .flatMap((resource) => list(member(resource, "scopeLogs")))
      .flatMap((scope) => list(member(scope, "logRecords")));
    const messages = records.map((record) => member(record, "body", "stringValue"));
    expect(messages).toContainEqual(expect.stringMatching(/^Executor .* listens on /));
    expect(JSON.stringify(resources)).toContain('{"stringValue":"logged"}');
    // The lines about the push itself are on standard error alone.
    expect(daemon.log()).toContain("Logs are pushed to ");
    expect(JSON.stringify(messages)).not.toContain("pushed");
  });

  it("has no other format, which is said before anything starts", async () => {
    const result = await runExecutor(["serve"], { env: { EXECUTOR_LOG_FORMAT: "xml" } });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toContain("EXECUTOR_LOG_FORMAT holds no format of logs");
  });
});
