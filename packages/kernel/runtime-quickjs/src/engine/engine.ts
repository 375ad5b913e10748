import variant from "@jitl/quickjs-wasmfile-release-sync";
import {
  type JSContextPointer,
  type JSRuntimePointer,
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSEmscriptenModule,
  type QuickJSSyncVariant,
} from "quickjs-emscripten-core";
import {
  BoundedMemory,
  imageOf,
  type MemoryImage,
  minimumMemoryBytes,
  writeImage,
} from "../guest/memory.ts";
import { Bridge, type BridgePointers } from "../guest/bridge.ts";
import { growImport, interruptImport, loopCheck } from "./wasm-rewriting.ts";

/** QuickJS's own stack. Above it the agent gets an error that it can catch; the host's stack must be larger. */
const stackBytes = 256 * 1024;

/**
 * An engine's memory before any agent's code: QuickJS's realm with the prelude. Writing it into a fresh instance of the same
 * module takes a fraction of the time that running the prelude takes. Plain data, so that one thread can make it for the
 * others.
 */
export interface EngineImage extends MemoryImage {
  readonly runtime: JSRuntimePointer;
  readonly context: JSContextPointer;
  readonly bridge: BridgePointers;
}

interface Addresses {
  runtime?: JSRuntimePointer;
  context?: JSContextPointer;
}

/** One WebAssembly instance of QuickJS with a fresh realm. It serves one run and is then dropped as a whole. */
export interface Engine {
  readonly context: QuickJSContext;
  readonly bridge: Bridge;
  readonly memory: BoundedMemory;
  readonly addresses: Addresses;
  /** Called with the memory's size in bytes whenever it grows. */
  onGrow: (bytes: number) => void;
  /** Called every few thousand instructions; `true` interrupts the code. */
  shouldStop: () => boolean;
}

/**
 * Instantiates QuickJS from its compiled module, with at most `memoryBytes` of memory. The module must have been rewritten by
 * `interruptibleLoops`, or code that loops inside a built-in function cannot be stopped. An image of the same module makes
 * it several times faster. `emptied` is the memory of an engine that is no longer used, see `emptyMemory`.
 */
export const makeEngine = async (
  wasmModule: WebAssembly.Module,
  memoryBytes: number,
  image?: EngineImage,
  emptied?: WebAssembly.Memory,
  initialBytes = image?.initialBytes,
): Promise<Engine> => {
  const addresses: Addresses = {};
  const onGrow = (bytes: number) => engine.onGrow(bytes);
  const memory = new BoundedMemory(memoryBytes, onGrow, initialBytes, emptied);
  const checkLoop = () => {
    if (engine.shouldStop()) throw new Error("The sandbox was stopped.");
  };
  const quickjs = await newQuickJSWASMModuleFromVariant(
    checkedVariant(wasmModule, memory, checkLoop, addresses, image),
  );
  const runtime = quickjs.newRuntime();
  runtime.setMaxStackSize(stackBytes);
  runtime.setModuleLoader(() => ({
    error: new Error(
      "Imports are not available here; call tools.<namespace>.<path>(input) instead.",
    ),
  }));
  const context = runtime.newContext();
  const engine: Engine = {
    context,
    bridge: new Bridge(context, memory, image?.bridge),
    memory,
    addresses,
    onGrow: () => {},
    shouldStop: () => false,
  };
  runtime.setInterruptHandler(() => engine.shouldStop());
  return engine;
};

/** Makes the image from which further engines of this module start. It contains nothing that an agent sent. */
export const makeEngineImage = async (
  wasmModule: WebAssembly.Module,
  initialBytes = minimumMemoryBytes,
): Promise<EngineImage> => {
  const engine = await makeEngine(wasmModule, initialBytes, undefined, undefined, initialBytes);
  const fresh = new BoundedMemory(initialBytes, () => {}, initialBytes);
  await newQuickJSWASMModuleFromVariant(checkedVariant(wasmModule, fresh, () => {}, {}));
  const { context, runtime } = engine.addresses;
  if (context === undefined || runtime === undefined) {
    throw new TypeError("The QuickJS build made no realm.");
  }
  const { bridge, memory } = engine;
  return {
    ...imageOf(memory.memory.buffer, fresh.memory.buffer),
    runtime,
    context,
    bridge: bridge.pointers,
  };
};

const checkedVariant = (
  wasmModule: WebAssembly.Module,
  memory: BoundedMemory,
  checkLoop: () => void,
  addresses: Addresses,
  image?: EngineImage,
): QuickJSSyncVariant => {
  const emscriptenModule = {
    wasmMemory: memory.memory,
    print: silent,
    printErr: silent,
    instantiateWasm: (
      imports: WebAssembly.Imports,
      onSuccess: (instance: WebAssembly.Instance) => void,
    ) => {
      const checked = withLoopCheck(withGrowCheck(imports, memory), checkLoop);
      const instance = new WebAssembly.Instance(wasmModule, checked);
      onSuccess(instance);
      return instance.exports;
    },
  };
  const bounded = newVariant(variant, { emscriptenModule });
  return {
    ...bounded,
    importFFI: async () => {
      const Ffi = await bounded.importFFI();
      return class extends Ffi {
        constructor(module: QuickJSEmscriptenModule) {
          super(module);
          const { QTS_NewContext, QTS_NewRuntime } = this;
          this.QTS_NewRuntime = () => (addresses.runtime = image?.runtime ?? QTS_NewRuntime());
          this.QTS_NewContext = (runtime, intrinsics) =>
            (addresses.context = image?.context ?? QTS_NewContext(runtime, intrinsics));
        }
      };
    },
    importModuleLoader: async () => {
      const loaded = await bounded.importModuleLoader();
      if (typeof loaded !== "function") throw new TypeError("The QuickJS build has no loader.");
      return async (options) => {
        const module = await loaded(options);
        if (image !== undefined) writeImage(image, module.HEAPU8);
        const malloc = module._malloc.bind(module);
        // Without this check the bindings would write a string that does not fit over the start of the memory.
        module._malloc = (size) => {
          const pointer = malloc(size);
          return pointer === 0 ? memory.exhaust() : pointer;
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

/** Notes an allocation for which the memory cannot grow: a larger one than any memory never reaches the memory itself. */
const withGrowCheck = (
  imports: WebAssembly.Imports,
  memory: BoundedMemory,
): WebAssembly.Imports => {
  const { module, name } = growImport;
  const grow = imports[module]?.[name];
  if (typeof grow !== "function") throw new TypeError("This build of QuickJS does not grow.");
  const checked = (bytes: number): unknown => {
    const hasGrown: unknown = Reflect.apply(grow, undefined, [bytes]);
    if (hasGrown !== true && hasGrown !== 1) memory.isExhausted = true;
    return hasGrown;
  };
  return { ...imports, [module]: { ...imports[module], [name]: checked } };
};

const silent = () => {};
