import { describe, expect, it } from "@effect/vitest";
import { PolicyPattern, ToolkitName } from "@executor/sdk";
import { untilEffect } from "@executor/testing";
import { Effect, Schema } from "effect";
import { connect, execute, initialize } from "./support/client.ts";
import { Served, served, source } from "./support/host.ts";
import { connectStateless, send } from "./support/stateless-client.ts";

/** Adds a second source, and toolkits by name, each with its patterns. */
const withToolkits = (kits: Readonly<Record<string, ReadonlyArray<string>>>, listTools = false) =>
  Effect.gen(function* () {
    const { sources, toolkits } = yield* Served;
    yield* sources.add(source("other"));
    for (const [name, tools] of Object.entries(kits)) {
      yield* toolkits.add({
        name: ToolkitName.make(name),
        description: "",
        tools: tools.map((pattern) => PolicyPattern.make(pattern)),
        policies: [],
        listTools,
      });
    }
    return toolkits;
  });

const spy = `
  const outcome = (promise) => promise.then(() => "called", ({ code }) => code);
  return {
    calls: await Promise.all([tools.up.echo({}), tools.up.steps({}), tools.other.echo({})].map(outcome)),
    found: (await tools.search({ query: "tool echo steps", limit: 100 })).map(({ path }) => path).sort(),
  };`;
const seen = {
  calls: ["called", "invalid_input", "invalid_input"],
  found: expect.not.arrayContaining([
    expect.stringMatching(/^other\./),
    expect.stringMatching(/^up\.(?!echo)/),
  ]),
};

const Paused = Schema.Struct({
  executionId: Schema.String,
  approvals: Schema.Tuple(Schema.Struct({ approvalId: Schema.String })),
});
const Asked = Schema.Struct({
  message: Schema.Struct({
    result: Schema.Struct({
      inputRequests: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
      requestState: Schema.String,
    }),
  }),
});
const decodePaused = Schema.decodeUnknown(Paused);
const decodeAsked = Schema.decodeUnknown(Asked);

const write = { name: "execute", arguments: { code: "return await tools.up.write({ n: 1 })" } };

interface Given {
  readonly name: string;
  readonly arguments: Record<string, unknown>;
}

describe("the endpoint of a toolkit", () => {
  it.scopedLive("shows clients of both eras its tools alone", () =>
    Effect.gen(function* () {
      yield* withToolkits({ reader: ["up.echo"] });
      const legacy = yield* connect({ path: "/reader" });
      const modern = yield* connectStateless({ path: "/reader" });
      const listings = [
        yield* Effect.promise(() => legacy.client.listTools()),
        yield* Effect.promise(() => modern.listTools()),
      ];
      for (const { tools } of listings) {
        expect(tools[0]?.description).toMatch(/Namespaces:\n- up: Upstream \(1 tool\)$/);
      }
      const ran = yield* execute(legacy.client, spy);
      expect(ran.structuredContent).toMatchObject({ result: seen });
      const called = { name: "execute", arguments: { code: spy } };
      const result = yield* Effect.promise(() => modern.callTool(called));
      expect(result.structuredContent).toMatchObject({ result: seen });
      const whole = yield* connect();
      const { tools } = yield* Effect.promise(() => whole.client.listTools());
      expect(tools[0]?.description).toMatch(/- other: .*\n- up: Upstream \(5 tools\)$/);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("answers no session, question or state of another", () =>
    Effect.gen(function* () {
      yield* withToolkits({ one: ["up.*"], two: ["*"] });
      const one = yield* connect({ path: "/one" });
      const two = yield* connect({ path: "/two" });
      const { url } = yield* Served;
      const session = { "mcp-session-id": one.transport.sessionId ?? "" };
      for (const path of ["/two", ""]) {
        const stolen = yield* Effect.promise(() =>
          fetch(url + path, { method: "DELETE", headers: session }),
        );
        expect(stolen.status).toBe(404);
      }
      const paused = yield* execute(one.client, write.arguments.code);
      const { executionId, approvals } = yield* decodePaused(paused.structuredContent);
      const { approvalId } = approvals[0];
      const answer = { executionId, approvalId, action: "accept" };
      const resumed = { name: "resume", arguments: answer };
      const refused = yield* Effect.promise(() => two.client.callTool(resumed));
      expect(refused).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining("There is no execution") }],
      });

      const asked = yield* decodeAsked(yield* send("tools/call", write, { path: "/one" }));
      const { inputRequests, requestState } = asked.message.result;
      const accept = { action: "accept", content: {} };
      const inputResponses = Object.fromEntries(
        Object.keys(inputRequests).map((key) => [key, accept]),
      );
      const again = { ...write, requestState, inputResponses };
      expect((yield* send("tools/call", again, { path: "/two" })).message).toMatchObject({
        error: { code: -32602 },
      });
      expect((yield* send("tools/call", again, { path: "/one" })).message).toMatchObject({
        result: { structuredContent: { status: "completed", result: { n: 1 } } },
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("tells its clients of changes, and answers 404 once it is removed", () =>
    Effect.gen(function* () {
      const toolkits = yield* withToolkits({ kit: ["up.echo"] });
      let changes = 0;
      const modern = yield* connectStateless({
        path: "/kit",
        onToolsChanged: () => {
          changes += 1;
        },
      });
      const legacy = yield* connect({ path: "/kit" });
      yield* toolkits.edit("kit", { tools: [PolicyPattern.make("other.*")] });
      yield* untilEffect("the client knows of the change", () => changes > 0);
      const { tools } = yield* Effect.promise(() => modern.listTools());
      expect(tools[0]?.description).toMatch(/Namespaces:\n- other: Upstream \(5 tools\)$/);
      yield* toolkits.remove("kit");
      const { url } = yield* Served;
      for (const path of ["/kit", "/never"]) {
        const response = yield* Effect.promise(() =>
          fetch(url + path, {
            method: "POST",
            headers: {
              "content-type": "application/json",
              accept: "application/json, text/event-stream",
            },
            body: initialize,
          }),
        );
        expect(response.status).toBe(404);
        expect(yield* Effect.promise(() => response.json())).toMatchObject({
          error: { message: expect.stringMatching(/^There is no toolkit (kit|never)\./) },
        });
      }
      const failed = yield* Effect.either(
        Effect.tryPromise(() =>
          legacy.client.callTool({ name: "execute", arguments: { code: "1" } }),
        ),
      );
      expect(failed._tag).toBe("Left");
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("lists its tools where it says so, whose calls are those of code", () =>
    Effect.gen(function* () {
      yield* withToolkits({ kit: ["up.echo", "up.write"] }, true);
      const legacy = yield* connect({
        path: "/kit",
        elicit: async () => ({ action: "accept", content: {} }),
      });
      const modern = yield* connectStateless({
        path: "/kit",
        elicit: async () => ({ action: "accept", content: {} }),
      });
      const names = ["execute", "resume", "up_echo", "up_write"];
      const listings = [
        yield* Effect.promise(() => legacy.client.listTools()),
        yield* Effect.promise(() => modern.listTools()),
      ];
      for (const { tools } of listings) expect(tools.map(({ name }) => name)).toEqual(names);

      const callers = [
        async (given: Given): Promise<unknown> =>
          (await legacy.client.callTool(given)).structuredContent,
        async (given: Given): Promise<unknown> => (await modern.callTool(given)).structuredContent,
      ];
      for (const caller of callers) {
        const call = (name: string, input: Record<string, unknown>) =>
          Effect.promise(() => caller({ name, arguments: input }).catch(String));
        const odd = { text: "`x` \u2028 '\" \\" };
        expect(yield* call("up_echo", odd)).toMatchObject({ toolCalls: 1, result: odd });
        expect(yield* call("up_write", { n: 1 })).toMatchObject({
          status: "completed",
          result: { n: 1 },
        });
        for (const other of ["up_steps", "other_echo", "up.echo", "executor_tools_search"]) {
          expect(yield* call(other, {})).toContain("There is no tool");
        }
      }
      const whole = yield* connect();
      const { tools } = yield* Effect.promise(() => whole.client.listTools());
      expect(tools).toHaveLength(2);
    }).pipe(Effect.provide(served())),
  );
});
