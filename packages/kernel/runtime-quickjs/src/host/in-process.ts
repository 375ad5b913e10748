import { CodeRunner, type RunRequest, type RunResult } from "@executor/kernel";
import { Effect, Layer } from "effect";
import { callStarter } from "./tool-calls.ts";
import { InProcessRun } from "./in-process-run.ts";
import {
  emptyMemory,
  type Engine,
  type EngineImage,
  makeEngine,
  makeEngineImage,
} from "./index.ts";

export interface InProcessOptions {
  /** QuickJS, gone through `interruptibleLoops` and `withInitialMemory`. */
  readonly wasmModule: WebAssembly.Module;
  /** What `withInitialMemory` was given. */
  readonly initialMemoryBytes: number;
  /** Milliseconds that a run may compute, waiting left out: nothing else goes on in this thread meanwhile. */
  readonly maxComputingMs: number;
  /**
   * How often a run may be asked whether it should stop while it computes, which is every few thousand instructions. It bounds
   * the computing where the clock stands still meanwhile, as it does in Cloudflare's Workers.
   */
  readonly maxChecks: number;
}

/**
 * Runs agent code in QuickJS in this very thread, for platforms without others: each run in a WebAssembly instance of its own.
 * How many run at once is the caller's to limit.
 */
export const layer = (options: InProcessOptions): Layer.Layer<CodeRunner> =>
  Layer.sync(CodeRunner, () => make(options));

/** Made once for each module; it holds nothing of any run. Not shared as a promise, which could belong to a request that is gone. */
const images = new WeakMap<WebAssembly.Module, EngineImage>();

/** How many memories are kept for the runs to come. */
const maxFree = 4;

/** By their limit, for all runners of the process. A new memory for each run has V8 collect garbage after every few. */
const free: Array<{ readonly limit: number; readonly memory: WebAssembly.Memory }> = [];

const takeMemory = (limit: number): WebAssembly.Memory | undefined => {
  const at = free.findIndex((one) => one.limit === limit);
  return at < 0 ? undefined : free.splice(at, 1)[0]?.memory;
};

const giveMemoryBack = (
  { memory }: Engine,
  limit: number,
  { initialMemoryBytes }: InProcessOptions,
): void => {
  if (free.length < maxFree && emptyMemory(memory.memory, initialMemoryBytes)) {
    free.push({ limit, memory: memory.memory });
  }
};

const imageOf = async ({
  initialMemoryBytes,
  wasmModule,
}: InProcessOptions): Promise<EngineImage> => {
  const known = images.get(wasmModule);
  if (known !== undefined) return known;
  const image = await makeEngineImage(wasmModule, initialMemoryBytes);
  images.set(wasmModule, image);
  return image;
};

const make = (options: InProcessOptions) => {
  const { wasmModule } = options;
  const run = Effect.fn("InProcessRunner.run")(function* (request: RunRequest) {
    const { memoryBytes } = request.limits;
    const engine = yield* Effect.promise(async () =>
      makeEngine(wasmModule, memoryBytes, await imageOf(options), takeMemory(memoryBytes)),
    );
    let live: InProcessRun | undefined;
    const startCall = yield* callStarter(request.callTool, () => live);
    return yield* Effect.async<RunResult>((resume) => {
      const started = new InProcessRun(engine, request, options, startCall, (result) => {
        // What was broken off may still be inside of the engine.
        const { _tag } = result.outcome;
        if (_tag === "Completed" || _tag === "Failed") {
          setTimeout(() => giveMemoryBack(engine, memoryBytes, options));
        }
        resume(Effect.succeed(result));
      });
      live = started;
      started.start();
      return Effect.sync(() => started.cancel());
    });
  }, Effect.scoped);
  return { runtime: "quickjs", run };
};
