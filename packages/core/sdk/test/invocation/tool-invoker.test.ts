import { describe, expect, it } from "@effect/vitest";
import { Effect, Exit, Fiber } from "effect";
import { Sources } from "../../src/sources/sources.ts";
import { ToolInvoker } from "../../src/invocation/tool-invoker.ts";
import { fixtureSource, layerFixture } from "../support/fixture.ts";
import { counterValue, gaugeValue, labelValues, total } from "@executor/testing/series";

const calls = (tool: string, source: string, outcome: string) =>
  counterValue("executor.tool.calls", {
    "mcp.tool.name": tool,
    "executor.source": source,
    outcome,
  });

const errors = (source: string, type: string) =>
  counterValue("executor.tool.call.errors", { "executor.source": source, "error.type": type });

const addSource = (namespace: string) =>
  Effect.flatMap(Sources, (sources) =>
    sources.add(
      fixtureSource(namespace, [
        {
          path: "echo",
          input: {
            type: "object",
            properties: { text: { type: "string" } },
            required: ["text"],
            additionalProperties: false,
          },
        },
        { path: "missing", does: "answer404" },
        { path: "unreachable", does: "refuse" },
        { path: "write", writes: true },
        { path: "hang", does: "hang" },
        { path: "bug", does: "die" },
      ]),
    ),
  );

describe("ToolInvoker", () => {
  it.effect("returns the data of a call and counts it as ok", () =>
    Effect.gen(function* () {
      yield* addSource("happy");
      const { call } = yield* ToolInvoker;
      expect((yield* call("happy.echo", { text: "hello" })).data).toEqual({ text: "hello" });
      expect(calls("happy.echo", "happy", "ok")).toBe(1);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("distinguishes the outcomes", () =>
    Effect.gen(function* () {
      yield* addSource("apart");
      const { call } = yield* ToolInvoker;
      const fails = (path: string, input: object = {}) =>
        Effect.flip(call(`apart.${path}`, { ...input }));

      expect(yield* fails("missing")).toMatchObject({ outcome: "upstream_error", status: 404 });
      expect((yield* fails("echo", { txt: 1 })).message).toContain('"text"');
      expect(yield* fails("write")).toMatchObject({ outcome: "blocked" });
      expect(calls("apart.missing", "apart", "upstream_error")).toBe(1);
      expect(calls("apart.echo", "apart", "invalid_input")).toBe(1);
      const invalid = { "executor.source": "apart", outcome: "invalid_input" };
      expect(counterValue("executor.source.calls", invalid)).toBe(1);
      expect(calls("apart.write", "apart", "blocked")).toBe(1);
      expect(errors("apart", "404")).toBe(1);
      expect(errors("apart", "invalid_input")).toBe(1);
      expect(errors("apart", "approval_required")).toBe(0);
      const refusal = { "executor.source": "apart", reason: "approval_required" };
      expect(counterValue("executor.tool.call.refusals", refusal)).toBe(1);
      expect(labelValues("executor.tool.calls", "outcome")).not.toContain("undefined");
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("refuses an input that is too much to check, and counts what it did not check", () =>
    Effect.gen(function* () {
      const sources = yield* Sources;
      const search = { type: "string", pattern: "(?:a?){300}a{300}" };
      const name = { type: "string", pattern: "^(?!x)" };
      const input = { type: "object", properties: { search, name } };
      yield* sources.add(fixtureSource("costly", [{ path: "find", input }]));
      const { call } = yield* ToolInvoker;
      const unchecked = (reason: string) =>
        counterValue("executor.tool.input.unchecked", { "executor.source": "costly", reason });

      const error = yield* Effect.flip(call("costly.find", { search: "a".repeat(100_000) }));
      expect(error).toMatchObject({
        outcome: "invalid_input",
        errorType: "check_budget_exceeded",
        message: expect.stringMatching(/costly\.find could not be checked.*Pass less data/),
      });
      expect(unchecked("budget_exceeded")).toBe(1);
      expect(errors("costly", "check_budget_exceeded")).toBe(1);
      yield* call("costly.find", { search: "a".repeat(300) });
      expect(unchecked("unsupported_schema")).toBe(0);
      yield* call("costly.find", { name: "x" });
      expect(unchecked("unsupported_schema")).toBe(1);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("counts a defect of the plugin as a failure, and a cancelled call as none", () =>
    Effect.gen(function* () {
      yield* addSource("odd");
      const { call } = yield* ToolInvoker;
      expect(Exit.isFailure(yield* Effect.exit(call("odd.bug", {})))).toBe(true);
      // What is resolved already hangs in the plugin at once.
      yield* Effect.flip(call("odd.hang", "no object"));
      const hanging = yield* Effect.fork(call("odd.hang", {}));
      yield* Effect.yieldNow();
      yield* Fiber.interrupt(hanging);
      expect(calls("odd.bug", "odd", "tool_error")).toBe(1);
      expect(calls("odd.hang", "odd", "cancelled")).toBe(1);
      expect(errors("odd", "internal_error")).toBe(1);
      expect(errors("odd", "invalid_input")).toBe(1);
      expect(total("executor.tool.call.errors", { "executor.source": "odd" })).toBe(2);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("never makes a series for a name that no tool has", () =>
    Effect.gen(function* () {
      yield* addSource("known");
      const { call } = yield* ToolInvoker;
      const before = calls("_OTHER", "_OTHER", "invalid_input");
      yield* Effect.forEach(
        Array.from({ length: 100 }, (_, index) => `made.up${index}`),
        (address) => Effect.flip(call(address, {})),
      );
      const error = yield* Effect.flip(call("known.echoes", {}));
      expect(error.message).toContain("known.echo");
      expect(calls("_OTHER", "_OTHER", "invalid_input")).toBe(before + 101);
      const names = [...labelValues("executor.tool.calls", "mcp.tool.name")];
      expect(names.filter((name) => name.includes("made"))).toEqual([]);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("learns from calls whether the source is reachable", () =>
    Effect.gen(function* () {
      yield* addSource("reach");
      const { call } = yield* ToolInvoker;
      const up = () =>
        gaugeValue("executor.source.up", { "executor.source": "reach", kind: "openapi" });
      yield* Effect.flip(call("reach.unreachable", {}));
      expect(up()).toBe(0);
      yield* call("reach.echo", { text: "" });
      expect(up()).toBe(1);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("answers calls of the built-in tools", () =>
    Effect.gen(function* () {
      yield* addSource("friend");
      const { call } = yield* ToolInvoker;
      expect((yield* call("executor.sources.list", {})).data).toEqual([
        { namespace: "executor", kind: "executor", name: "Executor", toolCount: 3 },
        { namespace: "friend", kind: "openapi", name: "friend", toolCount: 6 },
      ]);
      expect((yield* call("executor.tools.search", { query: "echo" })).data).toMatchObject([
        { path: "friend.echo" },
      ]);
      expect((yield* call("executor.tools.describe", { path: "friend.echo" })).data).toMatchObject({
        path: "friend.echo",
        inputSchema: { required: ["text"] },
      });
      const error = yield* Effect.flip(call("executor.tools.describe", { path: "friend.eco" }));
      expect(error).toMatchObject({ outcome: "tool_error", errorType: "unknown_tool" });
    }).pipe(Effect.provide(layerFixture)),
  );
});
