import { CodeLimitError } from "./code-error.ts";
import { fuelExport } from "./type-stripper-metering.ts";

/** How types are removed: `strip-only` replaces them by spaces; `transform` prints the code anew and takes enums and the like. */
export type StripMode = "strip-only" | "transform";

/** JavaScript; from `transform` with its source map, version 3. */
export interface StrippedCode {
  readonly code: string;
  readonly map?: string;
}

/** swc's own refusal of code. */
export interface StripProblem {
  readonly kind: "InvalidSyntax" | "UnsupportedSyntax";
  readonly message: string;
  /** Counts from 1. */
  readonly line: number;
  /** Counts from 0, in columns of a terminal: a wide character takes two. */
  readonly column: number;
}

const baseFuel = 1_000_000;
/** Ordinary code needs 8 to 9, and none that is not hostile was seen to need more than 41. */
const fuelPerCharacter = 60;
/** The memory of an instance never shrinks, so a larger one is dropped. */
const maxKeptMemoryBytes = 16 * 1024 * 1024;

/**
 * Removes types from TypeScript, by swc, in a bounded number of steps. Synchronous and without a trace of earlier code, so that
 * all runs of a thread can use the same one.
 */
export class TypeStripper {
  readonly #wasmModule: WebAssembly.Module;
  #instance: SwcInstance | undefined;
  #fuel = 0;
  #givenFuel = 0;

  /** The module must have been rewritten by `meteredTypeStripper`. */
  constructor(wasmModule: WebAssembly.Module) {
    this.#wasmModule = wasmModule;
  }

  /** Starts another piece of code: all calls of {@link strip} until the next start share its fuel. */
  refuel(characters: number): void {
    this.#fuel = this.#givenFuel = baseFuel + fuelPerCharacter * characters;
  }

  /** What is left: the rest of this piece of code can compute that many loops and calls. */
  get fuel(): number {
    return this.#fuel;
  }

  /** What this piece of code has taken: its loops and calls so far. */
  get spentFuel(): number {
    return this.#givenFuel - this.#fuel;
  }

  /** Throws a {@link CodeLimitError} if the fuel is gone, and a `RangeError` if the code is too deep for swc's stack. */
  strip(code: string, mode: StripMode): StrippedCode | StripProblem {
    const instance = (this.#instance ??= new SwcInstance(this.#wasmModule));
    instance.fuel.value = this.#fuel;
    try {
      return instance.transform(code, { mode, sourceMap: mode === "transform" });
    } catch (error) {
      const problem = readProblem(error);
      if (problem !== undefined) return problem;
      // An instance that trapped answers everything wrongly from then on.
      this.#instance = undefined;
      if (instance.fuel.value === 0) throw tooComplex();
      const isTrap = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
      throw isTrap ? new RangeError("swc's stack or memory overflowed.") : error;
    } finally {
      this.#fuel = Math.max(1, Number(instance.fuel.value));
      if (instance.memory.buffer.byteLength > maxKeptMemoryBytes) this.#instance = undefined;
    }
  }
}

const tooComplex = () =>
  new CodeLimitError(
    "CodeTooComplex",
    "The code takes too long to parse. Write it more simply, or split it into several executions.",
  );

/** swc throws a plain object; anything else is a trap or a bug. */
const readProblem = (error: unknown): StripProblem | undefined => {
  if (typeof error !== "object" || error === null || error instanceof Error) return undefined;
  const {
    code: kind,
    message,
    startLine,
    startColumn,
  }: Readonly<Record<string, unknown>> = {
    ...error,
  };
  if (kind !== "InvalidSyntax" && kind !== "UnsupportedSyntax") return undefined;
  return {
    kind,
    message: String(message),
    line: Number(startLine),
    column: Number(startColumn),
  };
};

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Functions that the module exports and this file calls, under the names that its build gives them. */
interface SwcExports {
  readonly memory: WebAssembly.Memory;
  readonly transformSync: (result: number, code: number, options: number) => void;
  readonly __wbindgen_add_to_stack_pointer: (bytes: number) => number;
  /** Allocates memory. */
  readonly __wbindgen_export_2: (bytes: number, alignment: number) => number;
  readonly [fuelExport]: WebAssembly.Global;
}

/**
 * One instance of swc, and the part of its bindings (https://rustwasm.github.io/docs/wasm-bindgen) that `transformSync` uses. The
 * package's own bindings have one instance for ever, and one that trapped must be replaced.
 */
class SwcInstance {
  readonly #exports: SwcExports;
  /** Values that WebAssembly holds by their index; it has the last four of these as constants. */
  readonly #values: Array<unknown> = [...Array.from({ length: 128 }), undefined, null, true, false];
  readonly #constants = this.#values.length;
  readonly #free: Array<number> = [];

  constructor(wasmModule: WebAssembly.Module) {
    const functions = this.#functions();
    const wbg: Record<string, WebAssembly.ImportValue> = {};
    for (const { name } of WebAssembly.Module.imports(wasmModule)) {
      wbg[name] = functions[name] ?? (() => fail(`swc called ${name}, which it does not need.`));
    }
    const { exports } = new WebAssembly.Instance(wasmModule, { wbg });
    if (!isSwc(exports)) throw new TypeError("The module is not the metered build of swc.");
    this.#exports = exports;
  }

  get fuel(): WebAssembly.Global {
    return this.#exports[fuelExport];
  }

  get memory(): WebAssembly.Memory {
    return this.#exports.memory;
  }

  transform(code: string, options: object): StrippedCode {
    const { __wbindgen_add_to_stack_pointer: moveStack, transformSync } = this.#exports;
    const result = moveStack(-16);
    transformSync(result, this.#hold(code), this.#hold(options));
    const [value = 0, error = 0, hasFailed = 0] = new Int32Array(this.memory.buffer, result, 3);
    moveStack(16);
    if (hasFailed !== 0) throw this.#release(error);
    const stripped = this.#release(value);
    return isStripped(stripped) ? stripped : fail("swc gave no code.");
  }

  #hold(value: unknown): number {
    const index = this.#free.pop() ?? this.#values.length;
    this.#values[index] = value;
    return index;
  }

  #release(index: number): unknown {
    const value = this.#values[index];
    if (index >= this.#constants) {
      this.#values[index] = undefined;
      this.#free.push(index);
    }
    return value;
  }

  #text(start: number, length: number): string {
    return decoder.decode(new Uint8Array(this.memory.buffer, start >>> 0, length));
  }

  #writeText(result: number, value: unknown): void {
    let start = 0;
    let length = 0;
    if (typeof value === "string") {
      const bytes = encoder.encode(value);
      length = bytes.length;
      start = this.#exports.__wbindgen_export_2(length, 1);
      new Uint8Array(this.memory.buffer, start >>> 0, length).set(bytes);
    }
    new Int32Array(this.memory.buffer, result, 2).set([start, length]);
  }

  /** Imports by their names, which contain a hash of the binding. */
  #functions(): Readonly<Record<string, (...values: ReadonlyArray<number>) => unknown>> {
    const valueAt = (index = 0): unknown => this.#values[index];
    const member = (object: unknown, key: unknown): unknown =>
      typeof object === "object" && object !== null ? Reflect.get(object, String(key)) : undefined;
    return {
      __wbindgen_is_falsy: (index) => Number(!valueAt(index)),
      __wbindgen_is_undefined: (index) => Number(valueAt(index) === undefined),
      __wbindgen_is_string: (index) => Number(typeof valueAt(index) === "string"),
      __wbindgen_is_object: (index) =>
        Number(typeof valueAt(index) === "object" && valueAt(index) !== null),
      __wbindgen_jsval_loose_eq: (a, b) => Number((valueAt(a) ?? null) === (valueAt(b) ?? null)),
      __wbindgen_in: (key, object) => Number(member(valueAt(object), valueAt(key)) !== undefined),
      __wbindgen_boolean_get: (index) =>
        typeof valueAt(index) === "boolean" ? Number(valueAt(index)) : 2,
      __wbindgen_string_get: (result = 0, index = 0) => this.#writeText(result, valueAt(index)),
      __wbindgen_string_new: (start = 0, length = 0) => this.#hold(this.#text(start, length)),
      __wbindgen_number_new: (number) => this.#hold(number),
      __wbindgen_object_clone_ref: (index) => this.#hold(valueAt(index)),
      __wbindgen_object_drop_ref: (index = 0) => void this.#release(index),
      __wbg_getwithrefkey_1dc361bd10053bfe: (object, key) =>
        this.#hold(member(valueAt(object), valueAt(key))),
      __wbg_new_405e22f390576ce2: () => this.#hold({}),
      __wbg_set_3f1d0b984ed272ed: (object = 0, key = 0, value = 0) => {
        Object.assign(Object(valueAt(object)), {
          [String(this.#release(key))]: this.#release(value),
        });
      },
      __wbindgen_throw: (start = 0, length = 0) => fail(this.#text(start, length)),
    };
  }
}

const isSwc = (exports: object): exports is SwcExports =>
  fuelExport in exports && "transformSync" in exports && "__wbindgen_export_2" in exports;

const isStripped = (value: unknown): value is StrippedCode =>
  typeof value === "object" && value !== null && "code" in value && typeof value.code === "string";

const fail = (message: string): never => {
  throw new Error(message);
};
