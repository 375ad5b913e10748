import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSSyncVariant,
} from "quickjs-emscripten-core";
import { type BoundedMemory, makeBoundedMemory, SandboxMemoryExhausted } from "./bounded-memory.ts";
import { Bridge } from "./bridge.ts";
import { interruptImport, loopCheck } from "./interruptible-loops.ts";

/** QuickJS's own stack. Above it the agent gets an error that it can catch; the host's stack must hold more. */
const stackBytes = 256 * 1024;

/** One WebAssembly instance of QuickJS with a fresh realm. It serves one run and is dropped whole after it. */
export interface Engine {
  readonly context: QuickJSContext;
  readonly bridge: Bridge;
  readonly memory: BoundedMemory;
  /** Called with the memory's size in bytes whenever it grows. */
  onGrow: (bytes: number) => void;
  /** Called every few thousand instructions; `true` breaks off what runs. */
  shouldStop: () => boolean;
}

/**
 * Instantiates QuickJS from its compiled module, with memory that ends at `memoryBytes`. The module must have gone through
 * `interruptibleLoops`, or code that loops inside a built-in function cannot be stopped.
 */
export const makeEngine = async (
  wasmModule: WebAssembly.Module,
  memoryBytes: number,
): Promise<Engine> => {
  const memory = makeBoundedMemory(memoryBytes, (bytes) => engine.onGrow(bytes));
  const checkLoop = () => {
    if (engine.shouldStop()) throw new Error("The sandbox was stopped.");
  };
  const quickjs = await newQuickJSWASMModuleFromVariant(
    checkedVariant(wasmModule, memory, checkLoop),
  );
  const runtime = quickjs.newRuntime();
  runtime.setMaxStackSize(stackBytes);
  runtime.setModuleLoader(() => ({
    error: new Error(
      "Imports are not available here; call tools.<namespace>.<path>(input) instead.",
    ),
  }));
  const context = runtime.newContext();
  const bridge = new Bridge(context, memory);
  const engine: Engine = { context, bridge, memory, onGrow: () => {}, shouldStop: () => false };
  runtime.setInterruptHandler(() => engine.shouldStop());
  return engine;
};

const checkedVariant = (
  wasmModule: WebAssembly.Module,
  memory: BoundedMemory,
  checkLoop: () => void,
): QuickJSSyncVariant => {
  const emscriptenModule = {
    wasmMemory: memory.memory,
    print: silent,
    printErr: silent,
    instantiateWasm: async (
      imports: WebAssembly.Imports,
      onSuccess: (instance: WebAssembly.Instance) => void,
    ) => {
      const instance = await WebAssembly.instantiate(wasmModule, withLoopCheck(imports, checkLoop));
      onSuccess(instance);
      return instance.exports;
    },
  };
  const bounded = newVariant(variant, { emscriptenModule });
  return {
    ...bounded,
    importModuleLoader: async () => {
      const loaded = await bounded.importModuleLoader();
      if (typeof loaded !== "function") throw new TypeError("The QuickJS build has no loader.");
      return async (options) => {
        const module = await loaded(options);
        const malloc = module._malloc.bind(module);
        // Without this check the bindings would write a string that has no room over the start of the memory.
        module._malloc = (size) => {
          const pointer = malloc(size);
          if (pointer === 0) {
            memory.markExhausted();
            throw new SandboxMemoryExhausted("The sandbox has no memory left.");
          }
          return pointer;
        };
        return module;
      };
    },
  };
};

const withLoopCheck = (
  imports: WebAssembly.Imports,
  checkLoop: () => void,
): WebAssembly.Imports => {
  const { module, name } = interruptImport;
  const interrupt = imports[module]?.[name];
  if (typeof interrupt !== "function") {
    throw new TypeError("This build of QuickJS has no interrupt handler to call.");
  }
  const checked = (runtime: number): unknown =>
    runtime === loopCheck ? (checkLoop(), 0) : Reflect.apply(interrupt, undefined, [runtime]);
  return { ...imports, [module]: { ...imports[module], [name]: checked } };
};

const silent = () => {};
