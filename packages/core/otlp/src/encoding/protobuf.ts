import { ProtobufWriter } from "@executor/telemetry/protobuf";
import type { AttributeValue } from "@executor/telemetry/tracing";
import type { Sender } from "../metrics/encoding.ts";

/**
 * What requests for traces and for logs share in protobuf: field numbers and wire types of opentelemetry-proto 1.x, `trace.proto`,
 * `logs.proto`, `resource.proto` and `common.proto`. The writer goes from the last byte to the first, so fields come in reverse.
 */
export const varint = (field: number): number => field << 3;
export const fixed64 = (field: number): number => (field << 3) | 1;
export const delimited = (field: number): number => (field << 3) | 2;
export const fixed32 = (field: number): number => (field << 3) | 5;

export const writer = new ProtobufWriter();

/** A request of one resource and one scope, whose items `writeItem` writes the fields of. */
export const encodeRequest = <Item>(
  { resource, scope }: Sender,
  items: ReadonlyArray<Item>,
  writeItem: (item: Item) => void,
): Uint8Array => {
  writer.clear();
  for (const item of items.toReversed()) message(delimited(2), () => writeItem(item));
  message(delimited(1), () => {
    writer.string(delimited(2), scope.version);
    writer.string(delimited(1), scope.name);
  });
  writer.endMessage(delimited(2), 0);
  message(delimited(1), () => {
    for (const { key, value } of resource.toReversed()) writeAttribute(delimited(1), key, value);
  });
  writer.endMessage(delimited(1), 0);
  return writer.take();
};

export const message = (tag: number, fields: () => void): void => {
  const end = writer.length;
  fields();
  writer.endMessage(tag, end);
};

/** Unix nanoseconds. */
export const writeTime = (field: number, nanos: number | bigint): void => {
  writer.fixed64(nanos);
  writer.byte(fixed64(field));
};

export const writeAttribute = (tag: number, key: string, value: AttributeValue): void => {
  const end = writer.length;
  writeValue(value);
  writer.endMessage(delimited(2), end);
  writer.string(delimited(1), key);
  writer.endMessage(tag, end);
};

/** The fields of an `AnyValue`. A number is an integer where it is one and exact. */
const writeValue = (value: AttributeValue): void => {
  if (typeof value === "string") {
    writer.string(delimited(1), value);
  } else if (typeof value === "boolean") {
    writer.varint(value ? 1 : 0);
    writer.byte(varint(2));
  } else if (typeof value !== "number") {
    message(delimited(5), () => {
      for (const item of value.toReversed()) message(delimited(1), () => writeValue(item));
    });
  } else if (Number.isSafeInteger(value)) {
    writer.int64(value);
    writer.byte(varint(3));
  } else {
    writer.double(fixed64(4), value);
  }
};
