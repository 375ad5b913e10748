import { describe, expect, it } from "@effect/vitest";
import { Effect, Schema } from "effect";
import fc from "fast-check";
import { served } from "./support/host.ts";
import { connectStateless, send } from "./support/stateless-client.ts";

const Asked = Schema.Struct({
  message: Schema.Struct({
    result: Schema.Struct({
      resultType: Schema.Literal("input_required"),
      inputRequests: Schema.Record({
        key: Schema.String,
        value: Schema.Struct({ method: Schema.String, params: Schema.Unknown }),
      }),
      requestState: Schema.String,
    }),
  }),
});

const call = (code: string) => ({ name: "execute", arguments: { code } });

const ask = (code: string, options?: Parameters<typeof send>[2]) =>
  Effect.map(send("tools/call", call(code), options), (answer) => {
    const { inputRequests, requestState } = Schema.decodeUnknownSync(Asked)(answer).message.result;
    return { keys: Object.keys(inputRequests), inputRequests, requestState };
  });

type Asked = Effect.Effect.Success<ReturnType<typeof ask>>;

/** The answers to all questions of a round. */
const accepted = ({ keys, requestState }: Asked, content: object = {}) => ({
  requestState,
  inputResponses: Object.fromEntries(keys.map((key) => [key, { action: "accept", content }])),
});

const write = "return await tools.up.write({ name: 'Rex' })";
const refused = { error: { code: -32602, message: expect.stringMatching(/requestState/) } };

describe("questions to clients without sessions", () => {
  it.scopedLive("are asked by the official client, in as many rounds as needed", () =>
    Effect.gen(function* () {
      const asked: Array<unknown> = [];
      const client = yield* connectStateless({
        elicit: async (params) => {
          asked.push(params);
          return { action: "accept", content: { color: "green" } };
        },
      });
      const code = `const [a, b] = await Promise.all([tools.up.write({ n: 1 }), tools.up.write({ n: 2 })]);
        return { a, b, c: await tools.up.ask({}) }`;
      const result = yield* Effect.promise(() => client.callTool(call(code)));
      expect(result.structuredContent).toMatchObject({
        status: "completed",
        result: { a: { n: 1 }, b: { n: 2 }, c: { action: "accept", content: { color: "green" } } },
      });
      expect(asked).toMatchObject([
        { message: expect.stringMatching(/May up\.write be called\?.*"n": 1/s) },
        { message: expect.stringMatching(/"n": 2/) },
        { message: "What is it?", requestedSchema: { required: ["color"] } },
      ]);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("refuse the call where the person does", () =>
    Effect.gen(function* () {
      const client = yield* connectStateless({ elicit: async () => ({ action: "decline" }) });
      const code = "try { await tools.up.write({}) } catch (error) { return error.message }";
      const result = yield* Effect.promise(() => client.callTool(call(code)));
      expect(result.structuredContent).toMatchObject({
        result: expect.stringMatching(/up.write was not called/),
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("pause the run for a client that cannot ask, which resumes it itself", () =>
    Effect.gen(function* () {
      const client = yield* connectStateless();
      const paused = yield* Effect.promise(() => client.callTool(call(write)));
      const { executionId, approvals } = Schema.decodeUnknownSync(
        Schema.Struct({
          executionId: Schema.String,
          status: Schema.Literal("paused"),
          approvals: Schema.Tuple(Schema.Struct({ approvalId: Schema.String })),
        }),
      )(paused.structuredContent);
      const [{ approvalId }] = approvals;
      const answer = { name: "resume", arguments: { executionId, approvalId, action: "accept" } };
      const strangers = yield* connectStateless({ headers: { "test-holder": "another" } });
      expect(yield* Effect.promise(() => strangers.callTool(answer))).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/belongs to another client/) }],
      });
      expect(
        (yield* Effect.promise(() => client.callTool(answer))).structuredContent,
      ).toMatchObject({
        status: "completed",
        result: { name: "Rex" },
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("may be answered again with the same outcome, and run nothing twice", () =>
    Effect.gen(function* () {
      const asked = yield* ask(write);
      expect(Object.values(asked.inputRequests)).toMatchObject([{ method: "elicitation/create" }]);
      const retry = { ...call(write), ...accepted(asked) };
      const [first, twin] = yield* Effect.all(
        [send("tools/call", retry), send("tools/call", retry)],
        {
          concurrency: "unbounded",
        },
      );
      expect(first.message).toMatchObject({
        result: {
          resultType: "complete",
          structuredContent: { toolCalls: 1, status: "completed" },
        },
      });
      expect(twin).toEqual(first);
      expect(yield* send("tools/call", retry)).toEqual(first);
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("are asked again where the answer is no answer", () =>
    Effect.gen(function* () {
      const code = "return await tools.up.ask({})";
      const asked = yield* ask(code);
      const { requestState, keys } = asked;
      const [key = ""] = keys;
      const rubbish = [undefined, null, 7, "accept", { action: "yes" }, { action: "accept" }];
      for (const response of [...rubbish, { action: "accept", content: { color: 1 } }]) {
        const inputResponses = { [key]: response, [`${key}x`]: { action: "accept" } };
        const again = yield* send("tools/call", { ...call(code), requestState, inputResponses });
        const { result } = Schema.decodeUnknownSync(Asked)(again).message;
        expect(result.inputRequests).toEqual(asked.inputRequests);
      }
      const answered = { ...call(code), ...accepted(asked, { color: "red" }) };
      expect((yield* send("tools/call", answered)).message).toMatchObject({
        result: { structuredContent: { result: { content: { color: "red" } } } },
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive("become the model's to ask when the client would soon give up", () =>
    Effect.gen(function* () {
      const client = yield* connectStateless({ elicit: async () => ({ action: "accept" }) });
      const code = "for (let n = 0; n < 9; n += 1) await tools.up.write({ n }); return 'done'";
      const result = yield* Effect.promise(() => client.callTool(call(code)));
      expect(result.structuredContent).toMatchObject({
        status: "paused",
        approvals: [{ input: { n: 7 } }],
      });
    }).pipe(Effect.provide(served())),
  );

  it.scopedLive(
    "cannot be answered with a state of another caller, of another call, or a changed one",
    () =>
      Effect.gen(function* () {
        const asked = yield* ask(write, { headers: { "test-holder": "mine" } });
        const retry = { ...call(write), ...accepted(asked) };
        const mine = { headers: { "test-holder": "mine" } };
        const stolen = yield* send("tools/call", retry, { headers: { "test-holder": "thief" } });
        expect(stolen.message).toMatchObject(refused);
        const others = [
          { ...retry, ...call(`${write};`) },
          { ...retry, arguments: { code: "return 1" } },
        ];
        for (const other of others) {
          expect((yield* send("tools/call", other, mine)).message).toMatchObject(refused);
        }
        const { requestState } = asked;
        const changes = fc.sample(
          fc.oneof(
            fc.string(),
            fc
              .tuple(fc.nat(requestState.length - 1), fc.constantFrom("A", "b", "-", "=", "é"))
              .map(([at, text]) => requestState.slice(0, at) + text + requestState.slice(at + 1))
              .filter((changed) => changed !== requestState),
            fc.nat(requestState.length - 1).map((length) => requestState.slice(0, length)),
          ),
          40,
        );
        for (const changed of changes) {
          const forged = yield* send("tools/call", { ...retry, requestState: changed }, mine);
          expect(forged.message).toMatchObject(refused);
        }
        expect((yield* send("tools/call", retry, mine)).message).toMatchObject({
          result: { structuredContent: { status: "completed", toolCalls: 1 } },
        });
      }).pipe(Effect.provide(served())),
  );
});
