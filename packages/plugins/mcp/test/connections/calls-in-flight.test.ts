import type { ElicitationResult } from "@executor/sdk";
import { describe, expect, it } from "@effect/vitest";
import { CallsInFlight } from "../../src/connections/calls-in-flight.ts";
import type { CallInFlight } from "../../src/connections/calls-in-flight.ts";

const question = { message: "?", requestedSchema: { type: "object" } };
const never = new AbortController().signal;

/** Calls that answer with their own number once they are let. */
const setting = (count: number) => {
  const calls = new CallsInFlight();
  const all = Array.from({ length: count }, (_, progressToken) => {
    const answer = Promise.withResolvers<ElicitationResult>();
    const call: CallInFlight = {
      request: { turn: 0, resumable: false, recording: undefined, fail: () => {} },
      progressToken,
      taskId: undefined,
      report: () => {},
      ask: () => answer.promise,
    };
    const let_ = () => answer.resolve({ action: "accept", content: { by: progressToken } });
    return { call, answer: let_ };
  });
  for (const { call } of all) calls.start(call);
  const at = (index: number) => {
    const found = all[index];
    if (found === undefined) throw new Error(`There is no call ${index}.`);
    return found;
  };
  return { calls, at };
};

const ask = (calls: CallsInFlight, taskId?: string, signal = never) =>
  calls.ask(question, taskId, signal).then(
    ({ content }) => content?.["by"],
    (error: unknown) => (error instanceof Error ? error.message : "?"),
  );

describe("a question", () => {
  it("belongs to the only call", async () => {
    const { at, calls } = setting(1);
    at(0).answer();
    expect(await ask(calls)).toBe(0);
  });

  it("belongs to the call on whose reply it arrived", async () => {
    const { at, calls } = setting(3);
    at(1).answer();
    expect(await calls.current.run(at(1).call.request, () => ask(calls))).toBe(1);
  });

  it("belongs to the call whose task it names", async () => {
    const { at, calls } = setting(3);
    at(2).call.taskId = "task";
    at(2).answer();
    expect(await ask(calls, "task")).toBe(2);
  });

  it("waits until one of the calls under way at its arrival is left, however many start later", async () => {
    const { at, calls } = setting(2);
    at(1).answer();
    const asked = ask(calls);
    calls.start(setting(5).at(4).call);
    calls.end(at(0).call);
    expect(await asked).toBe(1);
  });

  it("does not belong to a call whose person is being asked", async () => {
    const { at, calls } = setting(2);
    const first = calls.current.run(at(0).call.request, () => ask(calls));
    at(1).answer();
    expect(await ask(calls)).toBe(1);
    at(0).answer();
    expect(await first).toBe(0);
  });

  it("is refused if as many questions wait as there are candidate calls", async () => {
    const { calls } = setting(2);
    const answers = await Promise.all([ask(calls), ask(calls)]);
    for (const answer of answers) expect(answer).toMatch(/one after the other/);
  });

  it("is refused if no call is under way, or the last one ends", async () => {
    const { at, calls } = setting(2);
    const asked = ask(calls);
    calls.end(at(0).call);
    calls.end(at(1).call);
    at(1).answer();
    expect(await asked).toBe(1);
    expect(await ask(calls)).toMatch(/No tool call is under way/);
  });

  it("that is withdrawn while it waits is refused", async () => {
    const { calls } = setting(2);
    const controller = new AbortController();
    const asked = ask(calls, undefined, controller.signal);
    controller.abort();
    expect(await asked).toMatch(/withdrawn/);
  });
});
