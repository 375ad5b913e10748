import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { setTimeout as sleep } from "node:timers/promises";
import { apiClient } from "../support/daemon/api-client.ts";
import type { Execution } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon, Reply } from "../support/daemon/daemon.ts";
import { readSamples, sumOf, until } from "@executor/testing";
import type { Sample } from "@executor/testing";
import { startShop } from "../support/upstreams/shop.ts";
import type { Shop } from "../support/upstreams/shop.ts";

const Refusal = Schema.Struct({ _tag: Schema.String, message: Schema.String });
const readRefusal = (reply: Reply) => ({
  status: reply.status,
  ...Schema.decodeUnknownSync(Refusal)(reply.json()),
});

const order = (item: string) => `(await tools.shop.order({ body: { item: "${item}" } })).number`;

/** Runs code and hears how it came out, as the code itself tells. */
const outcomeOf = (call: string) =>
  `try { return await ${call} } catch (error) { return [error.code, error.message] }`;

const decisions = ["approved", "declined", "cancelled", "expired"];

/** What a person and an agent see of one daemon. */
const clientOf = (daemon: Daemon) => {
  const api = apiClient(daemon);
  const answer = (id: string, approvalId: string, action: string): Promise<Reply> =>
    daemon.request("POST", `/api/executions/${id}/resume`, { approvalId, action });
  const scrape = async () => readSamples((await daemon.request("GET", "/api/metrics")).text);
  return {
    run: (code: string, timeoutMs = 30_000) => api.execute(code, timeoutMs),
    get: api.execution,
    answer,
    /** Answers the question at this place, the first unless told. */
    resume: ({ id, approvals }: Execution, action = "accept", index = 0) =>
      api.resume(id, { approvalId: approvals[index]?.id ?? "none", action }),
    scrape,
    /** How the counters of decisions grew since a scrape; those that did not are left out. */
    decidedSince: async (before: ReadonlyArray<Sample>) => {
      const after = await scrape();
      const grown = decisions.map((decision) => {
        const count = (samples: ReadonlyArray<Sample>) =>
          sumOf(samples, "executor_approvals_total", { decision });
        return [decision, count(after) - count(before)] as const;
      });
      return Object.fromEntries(grown.filter(([, count]) => count !== 0));
    },
  };
};

const withShop = async (daemon: Daemon, shop: Shop): Promise<void> => {
  await apiClient(daemon).addSource({
    namespace: "shop",
    kind: "openapi",
    document: shop.document,
  });
};

describe("approvals through the API", () => {
  let shop: Shop;
  let daemon: Daemon;
  let client: ReturnType<typeof clientOf>;
  beforeAll(async () => {
    shop = startShop();
    daemon = await startDaemon();
    await withShop(daemon, shop);
    client = clientOf(daemon);
  });
  afterAll(async () => {
    await daemon.stop();
    await shop.stop();
  });

  const active = async () => {
    const samples = await client.scrape();
    const count = (state: string) => sumOf(samples, "executor_execution_active", { state });
    return { running: count("running"), paused: count("paused") };
  };

  it("ask before anything is written, and go on where they stopped", async () => {
    const before = await client.scrape();
    const written = shop.orders.length;
    const paused = await client.run(`const first = ${order("tea")}; return first + 100`);
    expect(paused).toMatchObject({
      status: "paused",
      output: null,
      error: null,
      approvals: [{ kind: "approval", address: "shop.order", input: { body: { item: "tea" } } }],
    });
    expect(paused.approvals[0]?.message).toMatch(/shop\.order.*Order an item/);
    const [asked] = paused.approvals;
    expect(Date.parse(asked?.expiresAt ?? "") - Date.parse(asked?.askedAt ?? "")).toBe(900_000);
    expect(await client.get(paused.id)).toMatchObject({
      status: "paused",
      approvals: paused.approvals,
    });
    expect(shop.orders).toHaveLength(written);
    expect(await active()).toEqual({ running: 0, paused: 1 });
    await until(
      "the question has an age",
      async () => sumOf(await client.scrape(), "executor_approval_oldest_age_seconds") > 0,
    );

    const ended = await client.resume(paused);
    expect(ended).toMatchObject({
      id: paused.id,
      status: "completed",
      output: { value: written + 101 },
      approvals: [],
    });
    expect(shop.orders).toHaveLength(written + 1);
    expect(await client.get(paused.id)).toEqual(ended);
    expect(await client.decidedSince(before)).toEqual({ approved: 1 });
    expect(await active()).toEqual({ running: 0, paused: 0 });
    expect(sumOf(await client.scrape(), "executor_approval_oldest_age_seconds")).toBe(0);
  });

  it.each([0, 1])("hold two questions of one run, answered from number %i on", async (first) => {
    const before = await client.scrape();
    const paused = await client.run(`
      const items = ["milk", "sugar"];
      const both = await Promise.allSettled(items.map((item) => tools.shop.order({ body: { item } })));
      return both.map(({ status, reason }) => reason?.code ?? status);
    `);
    expect(paused.approvals.map(({ input }) => input)).toEqual([
      { body: { item: "milk" } },
      { body: { item: "sugar" } },
    ]);
    const again = await client.resume(paused, "accept", first);
    expect(again.status).toBe("paused");
    expect(again.approvals).toEqual([paused.approvals[1 - first]]);
    expect(shop.orders.at(-1)).toEqual({ item: first === 0 ? "milk" : "sugar" });

    const ended = await client.resume(again, "decline");
    expect(ended.output?.value).toEqual(
      first === 0 ? ["fulfilled", "declined"] : ["declined", "fulfilled"],
    );
    expect(await client.decidedSince(before)).toEqual({ approved: 1, declined: 1 });
  });

  it("are declined or dismissed, and nothing is written", async () => {
    const before = await client.scrape();
    const written = shop.orders.length;
    const blocked = { mcp_tool_name: "shop.order", outcome: "declined" };
    const declined = await client.resume(await client.run(outcomeOf(order("gin"))), "decline");
    expect(declined.output?.value).toEqual(["declined", expect.stringContaining("declined")]);
    const dismissed = await client.resume(await client.run(outcomeOf(order("gin"))), "cancel");
    expect(dismissed.output?.value).toEqual(["declined", expect.stringContaining("dismissed")]);

    expect(shop.orders).toHaveLength(written);
    expect(await client.decidedSince(before)).toEqual({ declined: 1, cancelled: 1 });
    const calls = "executor_tool_calls_total";
    expect(sumOf(await client.scrape(), calls, blocked) - sumOf(before, calls, blocked)).toBe(2);
  });

  it("are not asked for what is invalid anyway, or for what only reads", async () => {
    const before = await client.scrape();
    const invalid = await client.run(outcomeOf("tools.shop.order({ thing: 1 })"));
    expect(invalid.output?.value).toEqual(["invalid_input", expect.stringContaining("thing")]);
    expect((await client.run("return (await tools.shop.list({})).length > 0")).output?.value).toBe(
      true,
    );
    expect(await client.decidedSince(before)).toEqual({});
  });

  it("refuse what answers nothing", async () => {
    const before = await client.scrape();
    const paused = await client.run(`return ${order("rice")}`);
    const [question] = paused.approvals;
    const approvalId = question?.id ?? "";
    const refusal = async (id: string, approval: string) =>
      readRefusal(await client.answer(id, approval, "accept"));

    expect(await refusal("exec_none", approvalId)).toMatchObject({
      status: 404,
      _tag: "ExecutionNotFound",
    });
    const wrong = await refusal(paused.id, "appr_none");
    expect(wrong).toMatchObject({ status: 404, _tag: "ApprovalNotFound" });
    expect(wrong.message).toContain(approvalId);
    expect((await client.answer(paused.id, approvalId, "maybe")).status).toBe(400);
    expect(await client.decidedSince(before)).toEqual({});

    expect((await client.resume(paused)).status).toBe("completed");
    const twice = await refusal(paused.id, approvalId);
    expect(twice).toMatchObject({ status: 409, _tag: "ExecutionEnded" });
    expect(twice.message).toContain("completed");
    expect(await client.decidedSince(before)).toEqual({ approved: 1 });
  });

  it("are taken once where two answer at the same time", async () => {
    const before = await client.scrape();
    const written = shop.orders.length;
    const paused = await client.run(`return ${order("salt")}`);
    const answers = await Promise.all(
      ["accept", "accept", "decline"].map((action) =>
        client.answer(paused.id, paused.approvals[0]?.id ?? "", action),
      ),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 404 || status === 409)).toHaveLength(2);
    const decided = await client.decidedSince(before);
    expect(Object.values(decided)).toEqual([1]);
    expect(shop.orders.length - written).toBe(decided["approved"] ?? 0);
  });

  it("leave the time that a person takes out of durations and limits", async () => {
    // The run itself keeps to the limit on a busy machine too.
    const limitMs = 5_000;
    const waitedMs = limitMs + 500;
    const before = await client.scrape();
    const started = performance.now();
    const paused = await client.run(`return ${order("oats")}`, limitMs);
    await sleep(waitedMs);
    const ended = await client.resume(paused);
    const restMs = performance.now() - started - waitedMs;
    expect(ended.status).toBe("completed");
    expect(ended.durationMs).toBeLessThan(restMs);

    const after = await client.scrape();
    const grown = (name: string, labels: Record<string, string> = {}) =>
      sumOf(after, name, labels) - sumOf(before, name, labels);
    expect(grown("executor_execution_duration_seconds_sum")).toBeLessThan(restMs / 1000);
    const tool = { mcp_tool_name: "shop.order" };
    expect(grown("executor_tool_call_duration_seconds_sum", tool)).toBeLessThan(restMs / 1000);
    expect(grown("executor_approval_wait_duration_seconds_count")).toBe(1);
    expect(grown("executor_approval_wait_duration_seconds_sum")).toBeGreaterThan(waitedMs / 1000);
  });

  it("do not hold up others, with 40 runs paused", async () => {
    const before = await client.scrape();
    const many = 40;
    const paused: Array<Execution> = await Promise.all(
      Array.from({ length: many }, (_, index) => client.run(`return ${order(`bulk ${index}`)}`)),
    );
    expect(paused.map(({ status }) => status)).toEqual(paused.map(() => "paused"));
    expect(await active()).toEqual({ running: 0, paused: many });
    // More than run at once, so that nobody is kept out by those who wait.
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, index) => client.run(`return ${index}`)),
    );
    expect(others.map(({ output }) => output?.value)).toEqual(others.map((_, index) => index));

    const ended = await Promise.all(paused.map((one) => client.resume(one)));
    expect(ended.map(({ status }) => status)).toEqual(ended.map(() => "completed"));
    expect(new Set(ended.map(({ output }) => output?.value)).size).toBe(many);
    expect(await client.decidedSince(before)).toEqual({ approved: many });
    expect(await active()).toEqual({ running: 0, paused: 0 });
  });

  it("have met nothing unexpected", () => {
    expect(daemon.log()).not.toMatch(/level=(WARN|ERROR|FATAL)/);
  });
});

describe("approvals and time", () => {
  let shop: Shop;
  let daemon: Daemon;
  beforeAll(async () => {
    shop = startShop();
    daemon = await startDaemon({ env: { EXECUTOR_APPROVAL_TIMEOUT: "700" } });
    await withShop(daemon, shop);
  });
  afterAll(async () => {
    await daemon.stop();
    await shop.stop();
  });

  it("expire, each by itself, and let the run go on", async () => {
    const client = clientOf(daemon);
    const before = await client.scrape();
    const paused = await client.run(outcomeOf(order("ice")));
    await until("it went on", async () => (await client.get(paused.id)).status === "completed");
    expect((await client.get(paused.id)).output?.value).toEqual([
      "declined",
      expect.stringContaining("nobody answered"),
    ]);
    const late = readRefusal(
      await client.answer(paused.id, paused.approvals[0]?.id ?? "", "accept"),
    );
    expect(late).toMatchObject({ status: 409, _tag: "ExecutionEnded" });
    expect(shop.orders).toEqual([]);
    expect(await client.decidedSince(before)).toEqual({ expired: 1 });
    const refusal = { executor_source: "shop", reason: "approval_expired" };
    expect(sumOf(await client.scrape(), "executor_tool_call_refusals_total", refusal)).toBe(1);
  });

  it("is refused a timeout that makes no sense", async () => {
    await expect(startDaemon({ env: { EXECUTOR_APPROVAL_TIMEOUT: "soon" } })).rejects.toThrow(
      /EXECUTOR_APPROVAL_TIMEOUT/,
    );
  });
});

describe("approvals and the end of the daemon", () => {
  let shop: Shop;
  let first: Daemon;
  let daemon: Daemon;
  beforeAll(async () => {
    shop = startShop();
    first = await startDaemon();
    daemon = first;
    await withShop(daemon, shop);
  });
  afterAll(async () => {
    await daemon.stop();
    await first.stop();
    await shop.stop();
  });

  it.each(["SIGKILL", "SIGTERM"] as const)("are over after %s, which is said", async (signal) => {
    const paused = await clientOf(daemon).run(`return ${order("late")}`);
    expect(paused.status).toBe("paused");
    daemon.kill(signal);
    await daemon.exited;
    daemon = await startDaemon({ dataDirectory: first.dataDirectory, port: first.port });
    const client = clientOf(daemon);

    const [status, name] =
      signal === "SIGKILL" ? ["interrupted", "Interrupted"] : ["cancelled", "Cancelled"];
    expect(await client.get(paused.id)).toMatchObject({ status, error: { name }, approvals: [] });
    const answer = readRefusal(
      await client.answer(paused.id, paused.approvals[0]?.id ?? "", "accept"),
    );
    expect(answer).toMatchObject({ status: 409, _tag: "ExecutionEnded" });
    expect(answer.message).toMatch(new RegExp(`${status}.*daemon`));
    expect(shop.orders).toEqual([]);
    // The next daemon counts what a killed one could not.
    const lost = signal === "SIGKILL" ? 1 : 0;
    const samples = await client.scrape();
    expect(sumOf(samples, "executor_executions_total", { status: "interrupted" })).toBe(lost);
    expect(sumOf(samples, "executor_executions_total")).toBe(lost);
    expect(sumOf(samples, "executor_approvals_total", { decision: "cancelled" })).toBe(lost);
    expect(sumOf(samples, "executor_execution_active")).toBe(0);
  });
});
