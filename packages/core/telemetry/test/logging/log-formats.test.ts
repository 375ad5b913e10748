import { describe, expect, it } from "@effect/vitest";
import { Cause, Effect, Logger } from "effect";
import { jsonLine, textLine, toLogRecord } from "../../src/logging/index.ts";
import type { LogFormat } from "../../src/logging/index.ts";
import { below, SpanTracer } from "../../src/tracing/index.ts";

/** The lines that an effect logs, without their times. */
const linesOf = (format: LogFormat, effect: Effect.Effect<unknown>) =>
  Effect.gen(function* () {
    const lines: Array<string> = [];
    const logger = Logger.make((options) => {
      lines.push(format({ ...toLogRecord(options), time: new Date(0) }));
    });
    yield* Effect.provide(effect, Logger.replace(Logger.defaultLogger, logger));
    return lines;
  });

const logged = Effect.logWarning("A source\nchanged").pipe(
  Effect.annotateLogs({
    executionId: "exec_1",
    traceId: "t1",
    tool: "a.b c",
    n: 3,
    level: "forged",
  }),
);

const tracer = new SpanTracer({ sampler: () => true, onEnd: () => {} });

describe("a line of the log", () => {
  it.effect("is one JSON object, whose own fields no annotation replaces", () =>
    Effect.gen(function* () {
      const [line = ""] = yield* linesOf(jsonLine, logged);
      expect(line).not.toContain("\n");
      expect(JSON.parse(line)).toEqual({
        timestamp: "1970-01-01T00:00:00.000Z",
        level: "WARN",
        message: "A source\nchanged",
        trace_id: "t1",
        execution_id: "exec_1",
        tool: "a.b c",
        n: "3",
      });
    }),
  );

  it.effect.each([
    ["text", textLine],
    ["json", jsonLine],
  ] as const)("has no text of any length, as %s, and tells what is cut", ([, format]) =>
    Effect.gen(function* () {
      const long = `${"x".repeat(8_191)}${"😀".repeat(500_000)}`;
      const [line = ""] = yield* linesOf(
        format,
        Effect.logWarning(long, Cause.fail(new Error(long))).pipe(
          Effect.annotateLogs({ detail: long }),
        ),
      );
      expect(line.length).toBeLessThan(4 * 8_400);
      expect(line.match(/x… \(cut, 1000000 more characters\)/g)).toHaveLength(2);
      expect(line.match(/… \(cut, /g)).toHaveLength(3);
      expect(line.isWellFormed()).toBe(true);
    }),
  );

  it.effect.each([
    ["text", textLine],
    ["json", jsonLine],
  ] as const)("has no character that a terminal obeys, as %s, and loses none", ([, format]) =>
    Effect.gen(function* () {
      const codes = [
        0x00, 0x07, 0x1b, 0x7f, 0x80, 0x85, 0x9b, 0x9f, 0x61c, 0x200e, 0x200f, 0x2028, 0x2029,
        0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
      ];
      for (const character of codes.map((code) => String.fromCharCode(code))) {
        const text = `été${character}31mred`;
        const [line = ""] = yield* linesOf(
          format,
          Effect.logWarning(text, Cause.fail(text)).pipe(
            Effect.annotateLogs({ tool: text, [text]: "name" }),
          ),
        );
        expect(line).not.toContain(character);
        expect(line).toContain("été");
        const [, value = "null"] = /(?:tool=|"tool":)("(?:[^"\\]|\\.)*")/.exec(line) ?? [];
        expect(JSON.parse(value)).toBe(text);
      }
    }),
  );

  it.effect("is one line of text with the same fields", () =>
    Effect.gen(function* () {
      expect(yield* linesOf(textLine, logged)).toEqual([
        String.raw`timestamp=1970-01-01T00:00:00.000Z level=WARN message="A source\nchanged" trace_id=t1 execution_id=exec_1 n=3 tool="a.b c"`,
      ]);
    }),
  );

  it.effect(
    "has the ids of the current span where spans are exported, and none that Effect makes up",
    () =>
      Effect.gen(function* () {
        const made = Effect.withSpan(Effect.logInfo("here"), "test");
        const [without = ""] = yield* linesOf(jsonLine, made);
        expect(JSON.parse(without)).not.toHaveProperty("trace_id");
        const span = tracer.start({ name: "test" }, undefined);
        const [line = ""] = yield* linesOf(
          jsonLine,
          Effect.withTracer(below(span)(Effect.logInfo("here")), tracer),
        );
        expect(JSON.parse(line)).toMatchObject({ trace_id: span.traceId, span_id: span.spanId });
      }),
  );

  it.effect("has errors and causes in one field", () =>
    Effect.gen(function* () {
      const [line = ""] = yield* linesOf(
        jsonLine,
        Effect.logError("It broke.", new Error("first"), Cause.die(new Error("second"))),
      );
      expect(JSON.parse(line)).toMatchObject({
        message: "It broke.",
        error: expect.stringMatching(/^Error: first[^]*Error: second/),
      });
    }),
  );
});
