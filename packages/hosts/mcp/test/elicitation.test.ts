import { describe, expect, it } from "@effect/vitest";
import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { Effect, Schema } from "effect";
import { connect, execute } from "./support/client.ts";
import { served } from "./support/host.ts";
import { total } from "@executor/testing/series";

const write = "return await tools.up.write({ name: 'Rex' })";
const refused = "try { await tools.up.write({}) } catch (error) { return error.message }";

const Paused = Schema.Struct({
  structuredContent: Schema.Struct({
    executionId: Schema.String,
    status: Schema.Literal("paused"),
    approvals: Schema.Array(
      Schema.Struct({
        approvalId: Schema.String,
        kind: Schema.String,
        tool: Schema.String,
        input: Schema.Unknown,
        requestedSchema: Schema.optional(Schema.Unknown),
      }),
    ),
  }),
});

const pause = (client: Client, code: string) =>
  Effect.map(execute(client, code), (result) => {
    expect(result.isError).toBe(false);
    return Schema.decodeUnknownSync(Paused)(result).structuredContent;
  });

const resume = (client: Client, args: Record<string, unknown>) =>
  Effect.promise(() => client.callTool({ name: "resume", arguments: args }));

const decided = (decision: string) => () => total("executor.approvals", { decision });

describe("elicitation", () => {
  it.scopedLive("asks inline for an approval, showing the call and its input", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = [];
      const { client } = yield* connect({
        elicit: async (params) => {
          asked.push(params);
          return { action: "accept" };
        },
      });
      const before = decided("approved")();
      const result = yield* execute(client, write);
      expect(result).toMatchObject({ structuredContent: { result: { name: "Rex" } } });
      expect(asked).toEqual([
        {
          message: expect.stringMatching(/May up\.write be called\?.*"name": "Rex"/s),
          requestedSchema: { type: "object", properties: {} },
        },
      ]);
      expect(decided("approved")() - before).toBe(1);
    }).pipe(Effect.provide(served())),
  );

  for (const [action, decision] of [
    ["decline", "declined"],
    ["cancel", "cancelled"],
  ] as const) {
    it.scopedLive(`does not make a call that a person answered with ${action}`, () =>
      Effect.gen(function* () {
        const { client } = yield* connect({ elicit: async () => ({ action }) });
        const before = decided(decision)();
        const result = yield* execute(client, refused);
        expect(result).toMatchObject({
          structuredContent: { result: expect.stringMatching(/up.write was not called/) },
        });
        expect(decided(decision)() - before).toBe(1);
      }).pipe(Effect.provide(served())),
    );
  }

  it.scopedLive("passes on a source's form and its answers", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = [];
      const { client } = yield* connect({
        elicit: async (params) => {
          asked.push(params);
          return { action: "accept", content: { color: "green" } };
        },
      });
      const result = yield* execute(client, "return await tools.up.ask({})");
      expect(asked).toMatchObject([
        { message: "What is it?", requestedSchema: { required: ["color"] } },
      ]);
      expect(result).toMatchObject({
        structuredContent: { result: { action: "accept", content: { color: "green" } } },
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("pauses if the client's answer to a form cannot be checked", () =>
    Effect.gen(function* () {
      const { client } = yield* connect({
        elicit: async () => ({ action: "accept", content: { color: "a".repeat(100_000) } }),
      });
      const form = {
        type: "object",
        properties: { color: { type: "string", pattern: "(?:a?){300}a{300}" } },
      };
      const code = `return await tools.up.ask({ form: ${JSON.stringify(form)} })`;
      const { executionId, approvals } = yield* pause(client, code);
      const answer = { executionId, approvalId: approvals[0]?.approvalId, action: "accept" };
      const content = { color: "a".repeat(100_000) };
      expect(yield* resume(client, { ...answer, content })).toMatchObject({
        isError: true,
        content: [{ text: expect.stringContaining("cannot be checked") }],
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("pauses if the client cannot ask, and continues after an answer", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      yield* Effect.promise(() => client.listTools());
      const { executionId, approvals } = yield* pause(client, write);
      expect(approvals).toMatchObject([
        { kind: "approval", tool: "up.write", input: { name: "Rex" } },
      ]);
      expect(approvals[0]).not.toHaveProperty("requestedSchema");
      const result = yield* resume(client, {
        executionId,
        approvalId: approvals[0]?.approvalId,
        action: "accept",
      });
      expect(result).toMatchObject({
        isError: false,
        structuredContent: { executionId, status: "completed", result: { name: "Rex" } },
      });
    }).pipe(Effect.provide(served())),
  );

  for (const [what, elicit] of [
    ["an error", () => Promise.reject(new Error("not now"))],
    ["what does not fit the form", async () => ({ action: "accept" as const, content: {} })],
  ] as const) {
    it.scopedLive(`pauses if the client answers with ${what}`, () =>
      Effect.gen(function* () {
        const { client } = yield* connect({ elicit });
        const { executionId, approvals } = yield* pause(client, "return await tools.up.ask({})");
        expect(approvals).toMatchObject([
          { kind: "form", requestedSchema: { required: ["color"] } },
        ]);
        const answer = { executionId, approvalId: approvals[0]?.approvalId, action: "accept" };
        expect(yield* resume(client, { ...answer, content: { color: 7 } })).toMatchObject({
          isError: true,
          content: [{ text: expect.stringContaining("content.color") }],
        });
        expect(yield* resume(client, { ...answer, content: { color: "blue" } })).toMatchObject({
          isError: false,
          structuredContent: { result: { content: { color: "blue" } } },
        });
      }).pipe(Effect.provide(served())),
    );
  }

  it.scopedLive("accepts the answers of two questions of one run one by one", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const { executionId, approvals } = yield* pause(
        client,
        "return await Promise.all([tools.up.write({ n: 1 }), tools.up.write({ n: 2 })])",
      );
      expect(approvals).toHaveLength(2);
      const [first, second] = approvals.map(({ approvalId }) => ({
        executionId,
        approvalId,
        action: "accept",
      }));
      expect(yield* resume(client, first ?? {})).toMatchObject({
        structuredContent: { status: "paused", approvals: [{ approvalId: second?.approvalId }] },
      });
      expect(yield* resume(client, second ?? {})).toMatchObject({
        structuredContent: { status: "completed", result: [{ n: 1 }, { n: 2 }] },
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("accepts no answer from another session", () =>
    Effect.gen(function* () {
      const { client } = yield* connect();
      const { client: stranger } = yield* connect();
      const { executionId, approvals } = yield* pause(client, write);
      const answer = { executionId, approvalId: approvals[0]?.approvalId, action: "accept" };
      expect(yield* resume(stranger, answer)).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/belongs to another client/) }],
      });
      expect(yield* resume(client, answer)).toMatchObject({
        structuredContent: { status: "completed" },
      });
    }).pipe(Effect.provide(served())),
  );
});
