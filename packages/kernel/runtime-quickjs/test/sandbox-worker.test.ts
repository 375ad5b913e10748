import { describe, expect, it } from "@effect/vitest";
import { ControlBlock, type FromWorker } from "../src/thread/protocol.ts";
import { SandboxWorker } from "../src/thread/sandbox-worker.ts";
import { limits } from "./support/run.ts";

/** What a process reports of a run in which it had used 9 MiB. */
const useOf = (run: number): FromWorker => {
  const control = new ControlBlock();
  control.setMemoryBytes(9 * 1024 * 1024);
  return { type: "use", run, numbers: control.copy() };
};

describe("SandboxWorker", () => {
  it("takes over what a process has used for the run that used it, and for no later one", () => {
    let receive = (_message: FromWorker): void => {};
    const worker = new SandboxWorker(
      (_url, { onMessage }) => {
        receive = onMessage;
        return { postMessage: () => {}, terminate: () => {} };
      },
      "",
      undefined,
      1_000,
      { onReady: () => {}, onDeath: () => {}, onStuck: () => {} },
    );
    const start = () =>
      worker.start(
        { code: "return 1", limits },
        {
          onCalls: () => {},
          onConsole: () => {},
          onContent: () => {},
          onEnd: () => {},
          onDeath: () => {},
        },
      );
    start();
    const second = start();
    receive(useOf(1));
    expect(second.memoryBytes()).toBe(0);
    receive(useOf(2));
    expect(second.memoryBytes()).toBe(9 * 1024 * 1024);
    worker.terminate();
  });
});
