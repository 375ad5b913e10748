import { describe, expect, it } from "@effect/vitest";
import {
  makeSampler,
  readTraceContext,
  type RecordedSpan,
  SpanTracer,
} from "@executor/telemetry/tracing";
import { SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { JsonTraceSerializer, ProtobufTraceSerializer } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { Exit, FiberId, Option, type Tracer } from "effect";
import { isDeepStrictEqual } from "node:util";
import { encodeJson } from "../../src/traces/json.ts";
import { encodeProtobuf } from "../../src/traces/protobuf.ts";
import { officialMessage } from "../support/otlp-definitions.ts";

const sender = {
  resource: [{ key: "service.name", value: "täst" }],
  scope: { name: "executor", version: "1.2.3" },
};

/** Spans of every kind and status, with values of every type, links, and parents near and far. */
const spans = (): ReadonlyArray<RecordedSpan> => {
  const ended: Array<RecordedSpan> = [];
  const tracer = new SpanTracer({
    sampler: makeSampler("always_on", 1),
    onEnd: (span) => ended.push(span),
  });
  const caller = readTraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "a=1");
  const unsampled = readTraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203332-00");
  const server = tracer.start({ name: "POST /mcp", kind: "server" }, caller);
  const values = tracer.start(
    {
      name: "tools/call execute",
      attributes: () => ({
        text: "ünïcode 🦜",
        empty: "",
        yes: true,
        no: false,
        zero: 0,
        int: 2 ** 53 - 1,
        negative: -32_603,
        least: -(2 ** 53) + 1,
        double: 0.1,
        list: ["a", ""],
        none: [],
      }),
    },
    server,
    unsampled,
  );
  const kinds: ReadonlyArray<Tracer.SpanKind> = ["client", "producer", "consumer"];
  const others = kinds.map((kind) => tracer.start({ name: kind, kind }, values));
  const [client, producer, consumer] = others;
  client?.end(BigInt(Date.now() + 5) * 1_000_000n, Exit.fail({ _tag: "Refused" }));
  producer?.end(0n, Exit.interrupt(FiberId.none));
  for (const span of [consumer, values, server]) {
    span?.end(BigInt(Date.now() + 7) * 1_000_000n, Exit.void);
  }
  return ended;
};

const resource = resourceFromAttributes({ "service.name": "täst" });

const kinds: Readonly<Record<Tracer.SpanKind, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

const contextOf = ({ traceId, spanId, sampled, _tag }: Tracer.AnySpan) => ({
  traceId,
  spanId,
  traceFlags: sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
  isRemote: _tag === "ExternalSpan",
});

const stateOf = (serialized: string) =>
  serialized === ""
    ? {}
    : { traceState: { serialize: () => serialized, get: () => "", set: never, unset: never } };

const never = (): never => {
  throw new Error("Nothing changes it.");
};

const timeOf = (millis: number): [number, number] => {
  const nanos = BigInt(Math.round(millis * 1e6));
  return [Number(nanos / 1_000_000_000n), Number(nanos % 1_000_000_000n)];
};

/** The same span as OpenTelemetry's SDK has it. */
const readable = (span: RecordedSpan): ReadableSpan => {
  const parent = Option.getOrUndefined(span.parent);
  const links = span.links.map(({ span: linked }) => ({ context: contextOf(linked) }));
  return {
    name: span.name,
    kind: kinds[span.kind],
    spanContext: () => ({ ...contextOf(span), ...stateOf(span.traceState) }),
    ...(parent === undefined ? {} : { parentSpanContext: contextOf(parent) }),
    startTime: timeOf(span.startMillis),
    endTime: timeOf(span.endMillis ?? 0),
    status: { code: span.isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
    attributes: Object.fromEntries(
      Array.from(span.attributes, ([key, value]) => [
        key,
        typeof value === "object" ? [...value] : value,
      ]),
    ),
    links,
    events: [],
    duration: [0, 0],
    ended: true,
    resource,
    instrumentationScope: sender.scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
};

const official = officialMessage(
  "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest",
);

/** Plain data; fields with their default value are left out, as proto3 does. */
const decode = (bytes: Uint8Array): unknown =>
  JSON.parse(
    JSON.stringify(official.toObject(official.decode(bytes), { longs: String, json: true })),
  );

/** Without defaults that one writer writes and the other leaves out. */
const withoutDefaults = (value: unknown): unknown => {
  const text = JSON.stringify(value, (_, member: unknown) => {
    if (typeof member !== "object" || member === null || Array.isArray(member)) return member;
    const kept = Object.entries(member).filter(
      ([key, inner]) =>
        !(key.startsWith("dropped") && inner === 0) &&
        !(
          ["attributes", "events", "links", "values"].includes(key) &&
          Array.isArray(inner) &&
          inner.length === 0
        ) &&
        !(key === "status" && isDeepStrictEqual(withoutDefaults(inner), {})) &&
        !(key === "code" && inner === 0),
    );
    return Object.fromEntries(kept);
  });
  return JSON.parse(text);
};

const parse = (bytes: Uint8Array | undefined): unknown =>
  JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));

describe("spans in protobuf", () => {
  it("are what OpenTelemetry's SDK writes", () => {
    const all = spans();
    expect(all).toHaveLength(5);
    const theirs = ProtobufTraceSerializer.serializeRequest(all.map(readable));
    if (theirs === undefined) throw new Error("not serialized");
    expect(withoutDefaults(decode(encodeProtobuf(sender, all)))).toEqual(
      withoutDefaults(decode(theirs)),
    );
  });

  it("are no bytes larger than they need", () => {
    const all = spans();
    const theirs = ProtobufTraceSerializer.serializeRequest(all.map(readable));
    expect(encodeProtobuf(sender, all).length).toBeLessThanOrEqual(theirs?.length ?? 0);
  });
});

describe("spans in JSON", () => {
  it("are what OpenTelemetry's SDK writes, but for integers, which are decimal strings", () => {
    const all = spans();
    const theirs = JSON.stringify(parse(JsonTraceSerializer.serializeRequest(all.map(readable))));
    const withStrings: unknown = JSON.parse(
      theirs.replaceAll(/"intValue":(-?\d+)/g, '"intValue":"$1"'),
    );
    expect(withoutDefaults(parse(encodeJson(sender, all)))).toEqual(withoutDefaults(withStrings));
  });

  it("write numbers that JSON lacks as strings, and those beyond 2^53 as doubles", () => {
    const [span] = spans();
    span?.set({ infinite: Number.POSITIVE_INFINITY, none: Number.NaN, large: 1e300 });
    const text = new TextDecoder().decode(encodeJson(sender, span === undefined ? [] : [span]));
    expect(text).toContain('{"doubleValue":"Infinity"}');
    expect(text).toContain('{"doubleValue":"NaN"}');
    expect(text).toContain('{"doubleValue":1e+300}');
  });
});
