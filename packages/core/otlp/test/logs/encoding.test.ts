import { describe, expect, it } from "@effect/vitest";
import type { LogRecord } from "@executor/telemetry/logging";
import { encodeJson } from "../../src/logs/json.ts";
import { encodeProtobuf } from "../../src/logs/protobuf.ts";
import { officialMessage } from "../support/otlp-definitions.ts";

const official = officialMessage("opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest");

const sender = {
  resource: [{ key: "service.name", value: "täst" }],
  scope: { name: "executor", version: "1.2.3" },
};
const traceId = "0af7651916cd43dd8448eb211c80319c";
const spanId = "b7ad6b7169203331";

const record = (changes: Partial<LogRecord>): LogRecord => ({
  time: new Date(1_764_422_625_123),
  level: "INFO",
  message: "Executor listens.",
  error: undefined,
  traceId: undefined,
  spanId: undefined,
  executionId: undefined,
  attributes: [],
  ...changes,
});

const records = [
  record({}),
  record({
    level: "ERROR",
    message: "ünïcode 🦜\nand a second line",
    error: "Error: it broke\n    at here",
    traceId,
    spanId,
    executionId: "exec_1",
    attributes: [["tool", "github.repos.get"]],
  }),
  record({ level: "LOUD", traceId: "no id", spanId }),
];

const time = "1764422625123000000";
const text = (value: string) => ({ stringValue: value });
const attribute = (key: string, value: string) => ({ key, value: text(value) });

const expected = {
  resourceLogs: [
    {
      resource: { attributes: [attribute("service.name", "täst")] },
      scopeLogs: [
        {
          scope: { name: "executor", version: "1.2.3" },
          logRecords: [
            { severityNumber: 9, severityText: "INFO", body: text("Executor listens.") },
            {
              severityNumber: 17,
              severityText: "ERROR",
              body: text("ünïcode 🦜\nand a second line"),
              attributes: [
                attribute("executor.execution.id", "exec_1"),
                attribute("exception.stacktrace", "Error: it broke\n    at here"),
                attribute("tool", "github.repos.get"),
              ],
              traceId,
              spanId,
            },
            // Neither a severity nor an id that OTLP knows.
            { severityText: "LOUD", body: text("Executor listens.") },
          ].map((given) => ({ timeUnixNano: time, observedTimeUnixNano: time, ...given })),
        },
      ],
    },
  ],
};

/** Plain data with ids as digits, and without the defaults that one form writes and the other leaves out. */
const withoutDefaults = (request: unknown): unknown =>
  JSON.parse(
    JSON.stringify(request, (_, value: unknown) => {
      if (value === 0 || (Array.isArray(value) && value.length === 0)) return undefined;
      return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : value;
    }),
  );

describe("a request with log records", () => {
  it("is what the official definitions decode, in protobuf", () => {
    const decoded = official.decode(encodeProtobuf(sender, records));
    const object = official.toObject(decoded, { longs: String, json: true });
    expect(withoutDefaults(object)).toEqual(expected);
  });

  it("is the same in JSON", () => {
    const written: unknown = JSON.parse(new TextDecoder().decode(encodeJson(sender, records)));
    expect(withoutDefaults(written)).toEqual(expected);
  });
});
