import { expect, it } from "@effect/vitest";
import { startProcess } from "../src/thread/worker-host.ts";

it("drops what is sent to a process that has ended", async () => {
  const closed = Promise.withResolvers<void>();
  const host = startProcess(new URL("../src/thread/worker.ts", import.meta.url), {
    onMessage: () => {},
    onError: () => {},
    onClose: closed.resolve,
  });
  host.terminate();
  await closed.promise;
  expect(() => host.postMessage({ type: "wake", run: 1 })).not.toThrow();
});
