import type { AttributeValue } from "@executor/telemetry/tracing";
import type { Sender } from "../metrics/encoding.ts";

/** The resource of a request in OTLP's JSON. */
export const toResource = (resource: Sender["resource"]) => ({
  attributes: toAttributes(resource.map(({ key, value }) => [key, value] as const)),
});

/** Attributes in OTLP's JSON: 64-bit integers as decimal strings. */
export const toAttributes = (attributes: Iterable<readonly [string, AttributeValue]>) =>
  Array.from(attributes, ([key, value]) => ({ key, value: toValue(value) }));

const toValue = (value: AttributeValue): object => {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value !== "number") return { arrayValue: { values: value.map(toValue) } };
  if (Number.isSafeInteger(value)) return { intValue: String(value) };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
};
