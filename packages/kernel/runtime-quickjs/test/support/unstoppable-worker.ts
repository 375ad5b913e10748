import type { ToWorker } from "../../src/thread/protocol.ts";
// oxlint-disable-next-line import/no-unassigned-import -- a worker's script exports nothing
import "../../src/thread/worker.ts";
import { unstoppable } from "./unstoppable-code.ts";

declare const self: Worker;

// As the real worker would be if something in it had no bound: terminating a thread does not stop a regular expression.
self.addEventListener("message", ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "run" && data.code === unstoppable)
    /(?:\s*;)+\s*$/.test(`${";".repeat(60_000)}x`);
});
