import { CodeRunner, type RunRequest, type RunResult, WallClock } from "@executor/kernel";
import { Effect, FiberSet, Layer } from "effect";
import { InProcessRun } from "./internal/in-process-run.ts";
import { logDefect, toAnswer } from "./internal/tool-calls.ts";
import { type EngineImage, makeEngine, makeEngineImage } from "./sandbox/index.ts";
import type { SandboxCall } from "./sandbox/index.ts";

export interface InProcessOptions {
  /** QuickJS, gone through `interruptibleLoops`. */
  readonly wasmModule: WebAssembly.Module;
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

const imageOf = async (wasmModule: WebAssembly.Module): Promise<EngineImage> => {
  const known = images.get(wasmModule);
  if (known !== undefined) return known;
  const image = await makeEngineImage(wasmModule);
  images.set(wasmModule, image);
  return image;
};

const make = (options: InProcessOptions) => {
  const { wasmModule } = options;
  const run = Effect.fn("InProcessRunner.run")(function* (request: RunRequest) {
    const engine = yield* Effect.promise(async () =>
      makeEngine(wasmModule, request.limits.memoryBytes, await imageOf(wasmModule)),
    );
    const fork = yield* FiberSet.makeRuntime<never, void, never>();
    return yield* Effect.async<RunResult>((resume) => {
      const startCall = (call: SandboxCall): void => {
        fork(
          request.callTool(call.path, call.inputJson).pipe(
            Effect.provideService(WallClock, {
              pause: Effect.sync(() => live.clock.pause()),
              resume: Effect.sync(() => live.clock.resume()),
            }),
            Effect.exit,
            Effect.tap((exit) => logDefect(call, exit)),
            Effect.map((exit) => live.answer(toAnswer(call, exit))),
          ),
        );
      };
      const live = new InProcessRun(engine, request, options, startCall, (result) =>
        resume(Effect.succeed(result)),
      );
      live.start();
      return Effect.sync(() => live.cancel());
    });
  }, Effect.scoped);
  return { runtime: "quickjs", run };
};
