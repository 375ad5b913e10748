import root from "otlp-definitions/build/src/generated/root.js";

interface MessageClass {
  readonly decode: (bytes: Uint8Array) => object;
  readonly toObject: (
    message: object,
    options: { readonly longs: StringConstructor; readonly json: boolean },
  ) => unknown;
}

const isMessageClass = (value: unknown): value is MessageClass =>
  typeof value === "function" && "decode" in value && "toObject" in value;

/** A message of opentelemetry-proto, as OpenTelemetry's own project has generated it; by its full name. */
export const officialMessage = (name: string): MessageClass => {
  let found: unknown = root;
  for (const part of name.split(".")) {
    found = new Map<string, unknown>(Object.entries(found ?? {})).get(part);
  }
  if (!isMessageClass(found)) throw new Error(`OpenTelemetry's definitions have no ${name}.`);
  return found;
};
