import { describe, expect, it } from "@effect/vitest";
import { client } from "@executor/sdk";
import { Effect, Fiber } from "effect";
import { Executions } from "../src/executions.ts";
import type { RoundRequest } from "../src/approvals/questions.ts";
import type { Execution } from "../src/schemas.ts";
import { active, inShop, resume, run, until } from "./support/approvals.ts";

const two = `return await Promise.all([1, 2].map((id) => tools.shop.write({ id })))`;

const answer = ({ id, approvals }: Execution, more: Partial<RoundRequest> = {}) =>
  Effect.flatMap(Executions, (executions) =>
    executions.answer({
      id,
      caller: client("mcp:one"),
      answers: new Map(approvals.map((approval) => [approval.id, { action: "accept" }])),
      ...more,
    }),
  );

describe("rounds of questions", () => {
  it.live("hold the questions of calls that were made at once, and take all answers at once", () =>
    inShop(
      Effect.gen(function* () {
        const first = yield* run(`${two.replace("return", "const ids =")}; return ids.length`);
        expect(first.approvals).toHaveLength(2);
        expect(yield* answer(first)).toMatchObject({ status: "completed", output: { value: 2 } });
      }),
    ),
  );

  it.live(
    "may be answered again, also at the same time and after the end, with the same outcome",
    () =>
      inShop(
        Effect.gen(function* () {
          const first = yield* run(
            `await tools.shop.write({ n: 1 }); await tools.shop.write({ n: 2 }); return "done"`,
          );
          const [second, twin] = yield* Effect.all([answer(first), answer(first)], {
            concurrency: "unbounded",
          });
          expect(second).toMatchObject({ status: "paused", approvals: [{ input: { n: 2 } }] });
          expect(twin.approvals).toEqual(second.approvals);
          expect((yield* answer(first)).approvals).toEqual(second.approvals);
          const ended = yield* answer(second);
          expect(ended).toMatchObject({
            status: "completed",
            output: { value: "done" },
            toolCalls: 2,
          });
          expect(yield* answer(first)).toEqual(ended);
          expect(yield* answer(second)).toEqual(ended);
        }),
      ),
  );

  it.live("ask again for what was not answered, or not by the form", () =>
    inShop(
      Effect.gen(function* () {
        const first = yield* run("return await tools.shop.order({})");
        const id = first.approvals[0]?.id ?? "";
        for (const content of [undefined, { size: "big" }, { size: 0 }]) {
          const answers = new Map([[id, { action: "accept" as const, content }]]);
          const again = yield* answer(first, { answers });
          expect(again).toMatchObject({ status: "paused", approvals: first.approvals });
        }
        const answers = new Map([
          ["unknown", { action: "decline" as const }],
          [id, { action: "accept" as const, content: { size: 3 } }],
        ]);
        expect(yield* answer(first, { answers })).toMatchObject({
          output: { value: { action: "accept", content: { size: 3 } } },
        });
      }),
    ),
  );

  it.live("are their owner's: another client's answers change nothing", () =>
    inShop(
      Effect.gen(function* () {
        const first = yield* run("return await tools.shop.write({ id: 1 })");
        const refusal = yield* Effect.flip(answer(first, { caller: client("mcp:two") }));
        expect(refusal._tag).toBe("NotTheOwner");
        expect(yield* resume(first)).toMatchObject({ status: "completed" });
      }),
    ),
  );

  it.live("tell the caller that answers of calls and progress, which nobody heard before", () =>
    inShop(
      Effect.gen(function* () {
        const heard: Array<string> = [];
        const first = yield* run(
          `await tools.shop.write({}); await tools.shop.read({}); return await tools.shop.order({})`,
        );
        yield* answer(first, {
          onToolCall: (address) => Effect.sync(() => heard.push(address)),
          onProgress: (address, { progress }) =>
            Effect.sync(() => heard.push(`${address} ${progress}`)),
        });
        expect(heard).toEqual(["shop.read", "shop.order", "shop.order 1"]);
      }),
    ),
  );

  it.live("end the run with the last caller that leaves before it pauses again", () =>
    inShop(
      Effect.gen(function* () {
        const executions = yield* Executions;
        const first = yield* run("await tools.shop.write({}); await new Promise(() => {})");
        const leaving = yield* Effect.fork(answer(first));
        const staying = yield* Effect.fork(answer(first));
        yield* until(Effect.sync(active), ({ running }) => running === 1);
        yield* Fiber.interrupt(leaving);
        expect(yield* executions.get(first.id)).toMatchObject({ status: "running" });
        yield* Fiber.interrupt(staying);
        expect(yield* executions.get(first.id)).toMatchObject({ status: "cancelled" });
      }),
    ),
  );
});
