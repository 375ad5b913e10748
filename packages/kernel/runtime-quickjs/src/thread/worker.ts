import type { ConsoleLine, ContentItem } from "@executor/kernel";
import { TypeStripper } from "@executor/kernel/prepare-code";
import { typeStripperFile } from "@executor/kernel/type-stripper-file";
import { meteredTypeStripper } from "@executor/kernel/type-stripper-metering";
import wasmPath from "@jitl/quickjs-wasmfile-release-sync/wasm" with { type: "file" };
import { platform, setPriority } from "node:os";
import { type Engine, makeEngine, makeEngineImage } from "../engine/engine.ts";
import { interruptibleLoops } from "../engine/wasm-rewriting.ts";
import type { SandboxCall } from "../guest/bridge.ts";
import { Sandbox, type SandboxHost } from "../host/sandbox.ts";
import { ControlBlock, type EngineSource, type FromWorker, type ToWorker } from "./protocol.ts";

/** Milliseconds for which calls and console lines are collected while the code computes. */
const collectMs = 5;
/** Milliseconds of promise jobs before messages are received. */
const turnMs = 20;

/** One run inside a worker: a sandbox whose calls and console lines are collected into messages. */
class WorkerRun {
  readonly #run: number;
  readonly #post: (message: FromWorker) => void;
  readonly #sandbox: Sandbox;
  #calls: Array<SandboxCall> = [];
  #lines: Array<ConsoleLine> = [];
  #items: Array<ContentItem> = [];
  #flushedAt = 0;
  #turnStart = 0;

  constructor(
    request: Extract<ToWorker, { readonly type: "run" }>,
    engine: Engine,
    post: (message: FromWorker) => void,
    onEnd: () => void,
  ) {
    this.#run = request.run;
    this.#post = post;
    const control = new ControlBlock(request.control);
    const host: SandboxHost = {
      shouldStop: () => {
        this.#flushSometimes();
        return control.isStopRequested();
      },
      onCall: (call) => {
        this.#calls.push(call);
        this.#flushSometimes();
      },
      onConsole: (line) => {
        this.#lines.push(line);
        this.#flushSometimes();
      },
      onContent: (item) => {
        this.#items.push(item);
        this.#flushSometimes();
      },
      onTurnStart: () => {
        this.#flushedAt = this.#turnStart = performance.now();
        control.startTurn();
      },
      onTurnEnd: (rests) => {
        // Its calls are sent before it counts as idle.
        this.#flush();
        control.endTurn(rests);
      },
      onMemory: (bytes) => control.setMemoryBytes(bytes),
      onEnd: (end) => {
        post({ type: "end", run: request.run, end });
        onEnd();
      },
      isTurnOver: () => performance.now() - this.#turnStart > turnMs,
      rest: () => new Promise((resume) => setImmediate(resume)),
    };
    this.#sandbox = new Sandbox(engine, request.limits, host, request.toolNames);
  }

  start(code: string, stripper: TypeStripper): void {
    this.#sandbox.start(code, stripper);
  }

  handle(message: ToWorker): void {
    if (message.type === "boot" || message.run !== this.#run) return;
    if (message.type === "answers") this.#sandbox.answer(message.answers);
    if (message.type === "wake") this.#sandbox.wake();
  }

  /** Sends messages while the code computes, so that nothing is lost if the worker must be terminated. */
  #flushSometimes(): void {
    if (performance.now() - this.#flushedAt >= collectMs) this.#flush();
  }

  #flush(): void {
    this.#flushedAt = performance.now();
    if (this.#calls.length > 0) {
      this.#post({ type: "calls", run: this.#run, calls: this.#calls });
      this.#calls = [];
    }
    if (this.#lines.length > 0) {
      this.#post({ type: "console", run: this.#run, lines: this.#lines });
      this.#lines = [];
    }
    if (this.#items.length > 0) {
      this.#post({ type: "content", run: this.#run, items: this.#items });
      this.#items = [];
    }
  }
}

/** Entry point of a worker thread, which runs one piece of code at a time, each in a new WebAssembly instance. */
declare const self: Worker;

const post = (message: FromWorker): void => self.postMessage(message);
const defaultMemoryBytes = 64 * 1024 * 1024;
const niceness = 10;
let current: WorkerRun | undefined;
let prepared: { readonly memoryBytes: number; readonly engine: Promise<Engine> } | undefined;

/**
 * Gives the main thread, which answers requests, priority over agent code that keeps the cores busy. Linux has a priority for
 * each thread; elsewhere it would change that of the whole process.
 */
const yieldToMainThread = (): void => {
  if (platform() !== "linux") return;
  try {
    setPriority(0, niceness);
  } catch {
    // A container may forbid it; the sandbox runs without it too.
  }
};

const makeSource = async (): Promise<EngineSource> => {
  const stripper = await Bun.file(typeStripperFile).bytes();
  const typeStripper = WebAssembly.compile(meteredTypeStripper(stripper));
  const wasm = interruptibleLoops(await Bun.file(wasmPath).bytes());
  const wasmModule = await WebAssembly.compile(wasm);
  const image = await makeEngineImage(wasmModule);
  return { wasmModule, image, typeStripper: await typeStripper };
};

/** Instantiating takes longer than a small run, so the next instance is made between runs. */
const prepare = ({ image, wasmModule }: EngineSource, memoryBytes: number): Promise<Engine> => {
  const engine = makeEngine(wasmModule, memoryBytes, { image });
  // The run that takes the instance reports the failure; until then it must not end the worker.
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
  stripper: TypeStripper,
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
  current.start(message.code, stripper);
};

const boot = async (given: EngineSource | undefined): Promise<void> => {
  yieldToMainThread();
  const source = given ?? (await makeSource());
  const stripper = new TypeStripper(source.typeStripper);
  await prepare(source, defaultMemoryBytes);
  self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
    if (data.type === "run") void run(source, stripper, data);
    else current?.handle(data);
  };
  post({ type: "ready", source: given === undefined ? source : undefined });
};

self.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  if (data.type === "boot") void boot(data.source);
};
