import type { LogRecord } from "@executor/telemetry/logging";
import {
  delimited,
  encodeRequest,
  message,
  varint,
  writeAttribute,
  writer,
  writeTime,
} from "../encoding/protobuf.ts";
import {
  attributesOf,
  type EncodeLogs,
  nanosOf,
  severityOf,
  spanIdOf,
  traceIdOf,
} from "./encoding.ts";

/** Writes a request in protobuf. */
export const encodeProtobuf: EncodeLogs = (sender, records) =>
  encodeRequest(sender, records, writeRecord);

/** `LogRecord`, its fields from the last to the first. */
const writeRecord = (record: LogRecord): void => {
  const nanos = nanosOf(record);
  writeTime(11, nanos);
  const spanId = spanIdOf(record);
  const traceId = traceIdOf(record);
  if (spanId !== undefined) writer.hex(delimited(10), spanId);
  if (traceId !== undefined) writer.hex(delimited(9), traceId);
  for (const [key, value] of attributesOf(record).toReversed()) {
    writeAttribute(delimited(6), key, value);
  }
  message(delimited(5), () => writer.string(delimited(1), record.message));
  writer.string(delimited(3), record.level);
  writer.varint(severityOf(record));
  writer.byte(varint(2));
  writeTime(1, nanos);
};
