import type { LogRecord } from "@executor/telemetry/logging";
import { toAttributes, toResource } from "../encoding/json.ts";
import {
  attributesOf,
  type EncodeLogs,
  nanosOf,
  severityOf,
  spanIdOf,
  traceIdOf,
} from "./encoding.ts";

const encoder = new TextEncoder();

/** Writes a request in OTLP's JSON. */
export const encodeJson: EncodeLogs = ({ resource, scope }, records) =>
  encoder.encode(
    JSON.stringify({
      resourceLogs: [
        {
          resource: toResource(resource),
          scopeLogs: [{ scope, logRecords: records.map(toRecord) }],
        },
      ],
    }),
  );

const toRecord = (record: LogRecord) => {
  const nanos = String(nanosOf(record));
  return {
    timeUnixNano: nanos,
    observedTimeUnixNano: nanos,
    severityNumber: severityOf(record),
    severityText: record.level,
    body: { stringValue: record.message },
    attributes: toAttributes(attributesOf(record)),
    traceId: traceIdOf(record),
    spanId: spanIdOf(record),
  };
};
