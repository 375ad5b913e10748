import wasmPath from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "file" };
import { platform, setPriority } from "node:os";
import type { EngineSource, FromWorker, ToWorker } from "./messages.ts";
import { WorkerRun } from "./worker-run.ts";
import { type Engine, interruptibleLoops, makeEngine, makeEngineImage } from "../host/index.ts";

/** A worker thread: runs one piece of code at a time, each in a WebAssembly instance of its own. */

declare const self: Worker;

const post = (message: FromWorker): void => self.postMessage(message);
const defaultMemoryBytes = 64 * 1024 * 1024;
const niceness = 10;
let current: WorkerRun | undefined;
let prepared: { readonly memoryBytes: number; readonly engine: Promise<Engine> } | undefined;

/**
 * Lets the main thread, which answers requests, go first where agent code keeps the cores busy. Linux has a priority for each
 * thread; elsewhere it would be that of the whole process.
 */
const yieldToMainThread = (): void => {
  if (platform() !== "linux") return;
  try {
    setPriority(0, niceness);
  } catch {
    // A container may forbid it; the sandbox runs as well without.
  }
};

const makeSource = async (): Promise<EngineSource> => {
  const wasm = interruptibleLoops(await Bun.file(wasmPath).bytes());
  const wasmModule = await WebAssembly.compile(wasm);
  return { wasmModule, image: await makeEngineImage(wasmModule) };
};

/** Instantiating takes longer than a small run, so the next instance is made while nobody waits for it. */
const prepare = ({ image, wasmModule }: EngineSource, memoryBytes: number): Promise<Engine> => {
  const engine = makeEngine(wasmModule, memoryBytes, image);
  // Whoever takes the instance sees the failure; until then it must not end the worker.
  engine.catch(() => {});
  prepared = { memoryBytes, engine };
  return engine;
};

const take = (source: EngineSource, memoryBytes: number): Promise<Engine> => {
  const next = prepared?.memoryBytes === memoryBytes ? prepared.engine : undefined;
  const engine = next ?? prepare(source, memoryBytes);
  prepared = undefined;
  return engine;
};

const run = async (
  source: EngineSource,
  message: Extract<ToWorker, { readonly type: "run" }>,
): Promise<void> => {
  const { memoryBytes } = message.limits;
  const engine = await take(source, memoryBytes);
  current = new WorkerRun(message, engine, post, () => {
    current = undefined;
    setImmediate(() => {
      if (prepared === undefined) void prepare(source, memoryBytes);
    });
  });
  current.start(message.code);
};

const boot = async (given: EngineSource | undefined): Promise<void> => {
  yieldToMainThread();
  const source = given ?? (await makeSource());
  await prepare(source, defaultMemoryBytes);
  self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.type === "run") void run(source, data);
    else current?.handle(data);
  };
  post({ type: "ready", source: given === undefined ? source : undefined });
};

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "boot") void boot(data.source);
};
