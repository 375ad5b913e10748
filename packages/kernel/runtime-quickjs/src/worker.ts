import wasmPath from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "file" };
import type { FromWorker, ToWorker } from "./internal/messages.ts";
import { WorkerRun } from "./internal/worker-run.ts";
import { type Engine, interruptibleLoops, makeEngine } from "./sandbox/index.ts";

/** A worker thread: runs one piece of code at a time, each in a WebAssembly instance of its own. */

declare const self: Worker;

const post = (message: FromWorker): void => self.postMessage(message);
const wasmModule = await WebAssembly.compile(interruptibleLoops(await Bun.file(wasmPath).bytes()));

const defaultMemoryBytes = 64 * 1024 * 1024;
let current: WorkerRun | undefined;
let prepared: { readonly memoryBytes: number; readonly engine: Promise<Engine> } | undefined;

/** Instantiating takes longer than a small run, so the next instance is made while nobody waits for it. */
const prepare = (memoryBytes: number): Promise<Engine> => {
  const engine = makeEngine(wasmModule, memoryBytes);
  // Whoever takes the instance sees the failure; until then it must not end the worker.
  engine.catch(() => {});
  prepared = { memoryBytes, engine };
  return engine;
};

const take = (memoryBytes: number): Promise<Engine> => {
  const next = prepared;
  prepared = undefined;
  return next?.memoryBytes === memoryBytes ? next.engine : makeEngine(wasmModule, memoryBytes);
};

const run = async (message: Extract<ToWorker, { readonly type: "run" }>): Promise<void> => {
  const engine = await take(message.limits.memoryBytes);
  current = new WorkerRun(message, engine, post, () => {
    current = undefined;
    setImmediate(() => {
      if (prepared === undefined) void prepare(message.limits.memoryBytes);
    });
  });
  current.start(message.code);
};

self.onmessage = (event: MessageEvent<ToWorker>) => {
  if (event.data.type === "run") void run(event.data);
  else current?.handle(event.data);
};

await prepare(defaultMemoryBytes);
post({ type: "ready" });
