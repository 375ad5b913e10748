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
import { GuestCode } from "../guest/guest-code.ts";
import { Interrupts } from "./interrupts.ts";
import { growImport } from "./wasm-rewriting.ts";

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
  readonly code: GuestCode;
  readonly memory: BoundedMemory;
  readonly addresses: Readonly<Addresses>;
  readonly interrupts: Interrupts;
  /** Called with the memory's size in bytes whenever it grows. */
  onGrow: (bytes: number) => void;
}

export interface EngineOptions {
  /** An image of the same module makes engines several times faster. */
  readonly image?: EngineImage | undefined;
  /** Memory of an engine that is no longer used, see `emptyMemory`. */
  readonly emptied?: WebAssembly.Memory | undefined;
  /** `suspendingWasm`, compiled: the code can be suspended. */
  readonly suspending?: WebAssembly.Module | undefined;
  /** Bytes of memory at first, if not those of the image. */
  readonly initialBytes?: number | undefined;
}

/**
 * Instantiates QuickJS from its compiled module, with at most `memoryBytes` of memory. The module must have been rewritten by
 * `interruptibleLoops`, or code that loops inside a built-in function cannot be stopped.
 */
export const makeEngine = async (
  wasmModule: WebAssembly.Module,
  memoryBytes: number,
  { emptied, image, initialBytes = image?.initialBytes, suspending }: EngineOptions = {},
): Promise<Engine> => {
  const addresses: Addresses = {};
  const onGrow = (bytes: number) => engine.onGrow(bytes);
  const memory = new BoundedMemory(memoryBytes, onGrow, initialBytes, emptied);
  const interrupts = new Interrupts(suspending);
  const quickjs = await newQuickJSWASMModuleFromVariant(
    checkedVariant(wasmModule, memory, interrupts, addresses, image),
  );
  const runtime = quickjs.newRuntime();
  runtime.setMaxStackSize(stackBytes);
  runtime.setModuleLoader(() => ({
    error: new Error(
      "Imports are not available here; call tools.<namespace>.<path>(input) instead.",
    ),
  }));
  const context = runtime.newContext();
  const code = new GuestCode(context.getMemory(addressOf(addresses.runtime)), (run) =>
    interrupts.enterable(run),
  );
  const bridge = new Bridge(context, memory, code, image?.bridge);
  const engine: Engine = { context, bridge, code, memory, addresses, interrupts, onGrow: () => {} };
  // The engine asks for interrupts only if there is a handler; they are answered by `interrupts`.
  runtime.setInterruptHandler(() => false);
  return engine;
};

const addressOf = <A>(address: A | undefined): A => {
  if (address === undefined) throw new TypeError("The QuickJS build made no realm.");
  return address;
};

/** Makes the image from which further engines of this module start. It contains nothing that an agent sent. */
export const makeEngineImage = async (
  wasmModule: WebAssembly.Module,
  initialBytes = minimumMemoryBytes,
): Promise<EngineImage> => {
  const engine = await makeEngine(wasmModule, initialBytes, { initialBytes });
  const fresh = new BoundedMemory(initialBytes, () => {}, initialBytes);
  await newQuickJSWASMModuleFromVariant(checkedVariant(wasmModule, fresh, new Interrupts(), {}));
  const { addresses, bridge, memory } = engine;
  return {
    ...imageOf(memory.memory.buffer, fresh.memory.buffer),
    runtime: addressOf(addresses.runtime),
    context: addressOf(addresses.context),
    bridge: bridge.pointers,
  };
};

const checkedVariant = (
  wasmModule: WebAssembly.Module,
  memory: BoundedMemory,
  interrupts: Interrupts,
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
      const checked = interrupts.imports(withGrowCheck(imports, memory));
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
