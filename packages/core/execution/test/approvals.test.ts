import { describe, expect, it } from "@effect/vitest";
import {
  client,
  ElicitationUnavailable,
  operator,
  Policies,
  Policy,
  PolicyPattern,
} from "@executor/sdk";
import type { ElicitationRequest, ElicitationResult } from "@executor/sdk";
import { Effect, Fiber } from "effect";
import { Executions } from "../src/executions.ts";
import type { ResumeRequest } from "../src/approvals/questions.ts";
import { active, decided, decidedSince, inShop, resume, run, until } from "./support/approvals.ts";
import { observed, total } from "@executor/testing/series";

describe("approvals by pausing", () => {
  it.live("pause a run, which continues where it stopped", () =>
    inShop(
      Effect.gen(function* () {
        const before = decided();
        const waits = total("executor.approval.wait.duration");
        const executions = yield* Executions;
        const paused = yield* run(
          "console.log('before'); const { id } = await tools.shop.write({ id: 7 }); return id + 1",
        );
        expect(paused).toMatchObject({
          status: "paused",
          output: null,
          error: null,
          toolCalls: 1,
          console: [{ text: "before" }],
          approvals: [{ kind: "approval", address: "shop.write", input: { id: 7 } }],
        });
        expect(paused.approvals[0]?.message).toContain("shop.write");
        expect(active()).toEqual({ running: 0, paused: 1 });
        expect(total("executor.approval.oldest_age")).toBeGreaterThan(0);
        expect(yield* executions.get(paused.id)).toMatchObject({
          status: "paused",
          approvals: paused.approvals,
        });
        expect(yield* executions.list(1)).toMatchObject([{ id: paused.id, status: "paused" }]);

        const ended = yield* resume(paused);
        expect(ended).toMatchObject({
          id: paused.id,
          status: "completed",
          output: { value: 8 },
          approvals: [],
        });
        expect(yield* executions.get(paused.id)).toEqual(ended);
        expect(yield* executions.list(2)).toMatchObject([{ id: paused.id, status: "completed" }]);
        expect(decidedSince(before)).toEqual({ approved: 1 });
        expect(total("executor.approval.wait.duration") - waits).toBe(1);
        expect(total("executor.approval.oldest_age")).toBe(0);
        expect(active()).toEqual({ running: 0, paused: 0 });
      }),
    ),
  );

  it.live.each([0, 1])(
    "can be open two at once and answered in any order, first number %i",
    (first) =>
      inShop(
        Effect.gen(function* () {
          const before = decided();
          const paused = yield* run(`
          const both = await Promise.allSettled([1, 2].map((id) => tools.shop.write({ id })));
          return both.map(({ value, reason }) => value?.id ?? reason.code);
        `);
          expect(paused.approvals.map(({ input }) => input["id"])).toEqual([1, 2]);

          const again = yield* resume(paused, { approvalId: paused.approvals[first]?.id ?? "" });
          const [left] = again.approvals;
          expect(again).toMatchObject({
            status: "paused",
            approvals: [{ input: { id: 2 - first } }],
          });
          const ended = yield* resume(again, { approvalId: left?.id ?? "", action: "decline" });
          expect(ended.output?.value).toEqual(first === 0 ? [1, "declined"] : ["declined", 2]);
          expect(decidedSince(before)).toEqual({ approved: 1, declined: 1 });
        }),
      ),
  );

  it.live("can be answered at the same time", () =>
    inShop(
      Effect.gen(function* () {
        const paused = yield* run(
          "return await Promise.all([1, 2, 3].map((id) => tools.shop.write({ id })))",
        );
        const answers = yield* Effect.forEach(
          paused.approvals,
          ({ id }) => resume(paused, { approvalId: id }),
          { concurrency: "unbounded" },
        );
        expect(answers).toHaveLength(3);
        const { get } = yield* Executions;
        expect(yield* get(paused.id)).toMatchObject({
          status: "completed",
          output: { value: [{ id: 1 }, { id: 2 }, { id: 3 }] },
        });
      }),
    ),
  );

  it.live("give the code the reason of a refusal, and are counted", () =>
    inShop(
      Effect.gen(function* () {
        const before = decided();
        const code = "try { await tools.shop.write({}) } catch (e) { return [e.code, e.message] }";
        const answered = (action: ResumeRequest["action"]) =>
          Effect.flatMap(run(code), (paused) => resume(paused, { action }));
        const errors = () => total("executor.tool.call.errors", { "executor.source": "shop" });
        const refusals = (reason: string) =>
          total("executor.tool.call.refusals", { "executor.source": "shop", reason });
        const [failures, expired] = [errors(), refusals("approval_expired")];

        expect((yield* answered("decline")).output?.value).toEqual([
          "declined",
          expect.stringContaining("declined"),
        ]);
        expect((yield* answered("cancel")).output?.value).toEqual([
          "declined",
          expect.stringContaining("dismissed"),
        ]);
        const late = yield* run(code);
        const { get } = yield* Executions;
        const end = yield* until(get(late.id), ({ status }) => status === "completed");
        expect(end.output?.value).toEqual(["declined", expect.stringContaining("in time")]);
        expect((yield* Effect.flip(resume(late)))._tag).toBe("ExecutionEnded");
        expect(decidedSince(before)).toEqual({ declined: 1, cancelled: 1, expired: 1 });
        expect(refusals("approval_expired") - expired).toBe(1);
        expect(errors()).toBe(failures);
      }),
      { approvalTimeoutMs: 1_000 },
    ),
  );

  it.live("can be answered only once, by their owner or the operator", () =>
    inShop(
      Effect.gen(function* () {
        const before = decided();
        const paused = yield* run(
          "await tools.shop.write({}); await tools.shop.write({}); return 1",
        );
        const refused = (request: Partial<ResumeRequest>) =>
          Effect.map(Effect.flip(resume(paused, request)), ({ _tag }) => _tag);

        expect(yield* refused({ caller: client("mcp:two") })).toBe("NotTheOwner");
        expect(yield* refused({ id: "exec_0" })).toBe("ExecutionNotFound");
        expect(yield* refused({ approvalId: "appr_0" })).toBe("ApprovalNotFound");
        expect(decidedSince(before)).toEqual({});
        const again = yield* resume(paused, { caller: operator });
        expect(again.status).toBe("paused");
        expect(yield* refused({})).toBe("ApprovalNotFound");
        expect(yield* resume(again)).toMatchObject({ status: "completed" });
        const ended = yield* Effect.flip(resume(again));
        expect(ended).toMatchObject({ _tag: "ExecutionEnded" });
        expect(ended.message).toContain("completed");
        expect(decidedSince(before)).toEqual({ approved: 2 });
      }),
    ),
  );

  it.live("do not count waiting in any duration or against the time limit", () =>
    inShop(
      Effect.gen(function* () {
        const tool = { "mcp.tool.name": "shop.write" };
        const before = {
          call: observed("executor.tool.call.duration", tool),
          order: observed("executor.tool.call.duration", { "mcp.tool.name": "shop.order" }),
          run: observed("executor.execution.duration"),
        };
        const started = performance.now();
        const paused = yield* run("await tools.shop.write({}); return await tools.shop.order({})", {
          timeoutMs: 1_500,
        });
        yield* Effect.sleep("1600 millis");
        const again = yield* resume(paused);
        yield* Effect.sleep("1600 millis");
        const ended = yield* resume(again, { content: { size: 1 } });
        expect(ended.status).toBe("completed");

        const rest = performance.now() - started - 3_200;
        expect(ended.durationMs).toBeLessThan(rest);
        expect(observed("executor.execution.duration") - before.run).toBeLessThan(rest / 1000);
        expect(observed("executor.tool.call.duration", tool) - before.call).toBeLessThan(
          rest / 1000,
        );
        const order = observed("executor.tool.call.duration", { "mcp.tool.name": "shop.order" });
        expect(order - before.order).toBeLessThan(rest / 1000);
        expect(total("executor.tool.calls", { ...tool, outcome: "ok" })).toBeGreaterThan(0);
      }),
    ),
  );

  it.live("pause a run without waiting long for its other calls", () =>
    inShop(
      Effect.gen(function* () {
        const slowCalls = () => total("executor.tool.calls", { "mcp.tool.name": "shop.slow" });
        const before = slowCalls();
        const paused = yield* run(
          "const slow = tools.shop.slow({ id: 1 }); const { id } = await tools.shop.write({ id: 2 }); return [(await slow).id, id]",
        );
        expect(paused).toMatchObject({ status: "paused", toolCalls: 2 });
        expect(slowCalls()).toBe(before);
        expect((yield* resume(paused)).output?.value).toEqual([1, 2]);
      }),
    ),
  );

  it.live("reject an invalid form and leave the question open", () =>
    inShop(
      Effect.gen(function* () {
        const paused = yield* run("return await tools.shop.order({ id: 3 })");
        expect(paused.approvals).toMatchObject([{ kind: "form", message: "Which size?" }]);
        const wrong = yield* Effect.flip(resume(paused, { content: { size: 0 } }));
        expect(wrong._tag).toBe("InvalidAnswer");
        expect(wrong.message).toContain("content.size");
        expect((yield* Effect.flip(resume(paused)))._tag).toBe("InvalidAnswer");
        const ended = yield* resume(paused, { content: { size: 2 } });
        expect(ended.output?.value).toEqual({ action: "accept", content: { size: 2 } });
      }),
    ),
  );
});

describe("forms that strangers wrote", () => {
  it.live("are refused where they cannot be checked, and stay open", () =>
    inShop(
      Effect.gen(function* () {
        const form = { properties: { name: { pattern: "(?:a?){300}a{300}" } } };
        const paused = yield* run(
          `return await tools.shop.order({ form: ${JSON.stringify(form)} })`,
        );
        const refused = yield* Effect.flip(
          resume(paused, { content: { name: "a".repeat(100_000) } }),
        );
        expect(refused._tag).toBe("UncheckableForm");
        expect(refused.message).toContain("cannot be checked");
        const ended = yield* resume(paused, { content: { name: "a".repeat(300) } });
        expect(ended.status).toBe("completed");
      }),
    ),
  );
});

describe("approvals inline", () => {
  const answering = (result: ElicitationResult | ElicitationUnavailable) => {
    const asked: Array<ElicitationRequest> = [];
    const elicit = (request: ElicitationRequest) =>
      Effect.suspend(() => {
        asked.push(request);
        return result instanceof ElicitationUnavailable
          ? Effect.fail(result)
          : Effect.succeed(result);
      });
    return { asked, elicit };
  };

  it.live("are asked inline if the caller supports it, and counted", () =>
    inShop(
      Effect.gen(function* () {
        const before = decided();
        const { asked, elicit } = answering({ action: "accept" });
        const ended = yield* run("return await tools.shop.write({ id: 4 })", { elicit });
        expect(ended).toMatchObject({ status: "completed", output: { value: { id: 4 } } });
        expect(asked).toMatchObject([{ kind: "approval", address: "shop.write" }]);
        const declining = answering({ action: "decline" });
        const declined = yield* run("await tools.shop.write({})", declining);
        expect(declined).toMatchObject({ status: "failed", error: { name: "ToolError" } });
        expect(decidedSince(before)).toEqual({ approved: 1, declined: 1 });
      }),
    ),
  );

  it.live(
    "pause the run if elicitation is unavailable, and are not asked inline from then on",
    () =>
      inShop(
        Effect.gen(function* () {
          const before = decided();
          const { asked, elicit } = answering(new ElicitationUnavailable({ message: "gone" }));
          const paused = yield* run("await tools.shop.write({}); await tools.shop.write({})", {
            elicit,
          });
          const again = yield* resume(paused);
          expect(again.status).toBe("paused");
          expect((yield* resume(again)).status).toBe("completed");
          expect(asked).toHaveLength(1);
          expect(decidedSince(before)).toEqual({ approved: 2 });
        }),
      ),
  );

  it.live("expire, and report progress meanwhile", () =>
    inShop(
      Effect.gen(function* () {
        const before = decided();
        const heard: Array<unknown> = [];
        const ended = yield* run("return await tools.shop.order({})", {
          elicit: () => Effect.never,
          onProgress: (address, { progress }) => Effect.sync(() => heard.push([address, progress])),
        });
        expect(ended.output?.value).toEqual({ action: "expire", content: {} });
        expect(heard).toEqual([
          ["shop.order", 1],
          ["shop.order", 2],
        ]);
        expect(decidedSince(before)).toEqual({ expired: 1 });
      }),
      { approvalTimeoutMs: 300 },
    ),
  );

  it.live("are cancelled with the run if the caller disconnects", () =>
    inShop(
      Effect.gen(function* () {
        const before = decided();
        const cpu = total("executor.sandbox.cpu.time");
        const fiber = yield* Effect.fork(
          run("await tools.shop.write({})", { elicit: () => Effect.never }),
        );
        yield* until(Effect.sync(active), ({ paused }) => paused === 1);
        yield* Fiber.interrupt(fiber);
        const { list } = yield* Executions;
        expect(yield* list(1)).toMatchObject([{ status: "cancelled" }]);
        expect(decidedSince(before)).toEqual({ cancelled: 1 });
        expect(total("executor.sandbox.cpu.time")).toBeGreaterThan(cpu);
        expect(active()).toEqual({ running: 0, paused: 0 });
      }),
    ),
  );
});

describe("agent code", () => {
  it.live("receives the partial result of a failed call", () =>
    inShop(
      Effect.gen(function* () {
        const { output } = yield* run(
          "try { await tools.shop.partial({}) } catch (e) { return [e.message, e.data] }",
        );
        expect(output?.value).toEqual(["One field failed.", { kept: [1, 2] }]);
      }),
    ),
  );

  it.live("gets an error if a policy blocks the call, and no question if a policy allows it", () =>
    inShop(
      Effect.gen(function* () {
        const policies = yield* Policies;
        const decide = (decision: Policy["decision"]) =>
          policies.replace([new Policy({ pattern: PolicyPattern.make("shop.write"), decision })]);
        yield* decide("allow");
        expect((yield* run("return await tools.shop.write({ id: 1 })")).output?.value).toEqual({
          id: 1,
        });
        yield* decide("block");
        const blocked = yield* run("await tools.shop.write({})");
        expect(blocked.error?.message).toContain("policy blocks shop.write");
        yield* decide("approve");
        const paused = yield* run("await tools.shop.write({})");
        expect(paused.status).toBe("paused");
        // A policy change while a person thinks applies to the call that they approve.
        yield* decide("block");
        expect((yield* resume(paused)).error?.message).toContain("policy blocks shop.write");
        const invalid = yield* run("await tools.shop.write({ id: 'x' })");
        expect(invalid).toMatchObject({ status: "failed", approvals: [] });
      }),
    ),
  );
});
