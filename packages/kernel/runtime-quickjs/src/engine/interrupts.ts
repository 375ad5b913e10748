import { interruptImport, loopCheck } from "./wasm-rewriting.ts";

declare global {
  // The JavaScript Promise Integration, which TypeScript does not know yet.
  namespace WebAssembly {
    const Suspending: new (run: (input: number) => Promise<number>) => ImportValue & object;
    function promising<A extends ReadonlyArray<unknown>, B>(
      run: (...inputs: A) => B,
    ): (...inputs: A) => Promise<B>;
  }
}

/** Asked while code computes, every few thousand instructions. */
export interface Checks {
  /** Whether the code must end. */
  shouldStop: () => boolean;
  /** Whether others of the thread must have their turn before the code goes on. Asked only where it can be suspended. */
  isTurnOver: () => boolean;
  /** Waits for the code's next turn. */
  rest: () => Promise<void>;
}

/** The answer of a check after which the code is suspended. */
const suspend = 2;

/**
 * WebAssembly between QuickJS and the host, so that only checks that suspend the code pass through `WebAssembly.Suspending`:
 * through it, no call of QuickJS could be an ordinary one. `p` is the check, `s` suspends:
 *
 * ```wat
 * (module
 *   (import "h" "p" (func $p (param i32) (result i32)))
 *   (import "h" "s" (func $s (param i32) (result i32)))
 *   (func (export "i") (param $runtime i32) (result i32) (local $answer i32)
 *     (call $p (local.get $runtime))
 *     (i32.eq (local.tee $answer) (i32.const 2))
 *     (if (result i32) (then (call $s (local.get $runtime))) (else (local.get $answer)))))
 * ```
 */
export const suspendingWasm = Uint8Array.fromBase64(
  "AGFzbQEAAAABBgFgAX8BfwINAgFoAXAAAAFoAXMAAAMCAQAHBQEBaQACChkBFwEBfyAAEAAiAUECRgR/IAAQAQUgAQsL",
);

/**
 * Interrupts of one QuickJS instance. With {@link suspendingWasm}, code that was entered through {@link enterable} is suspended
 * where its turn is over, and nothing may enter the instance until it goes on.
 */
export class Interrupts {
  checks: Checks = {
    shouldStop: () => false,
    isTurnOver: () => false,
    rest: () => Promise.resolve(),
  };
  readonly #suspending: WebAssembly.Module | undefined;
  /** Whether a call is under way that can be suspended. */
  #isEntered = false;
  /** Number of host functions that the code is inside of. WebAssembly cannot be suspended below JavaScript. */
  #hostCalls = 0;

  constructor(suspending?: WebAssembly.Module) {
    this.#suspending = suspending;
  }

  /** The imports of QuickJS, with these interrupts in place of its own. */
  imports(imports: WebAssembly.Imports): WebAssembly.Imports {
    const { module, name } = interruptImport;
    const own = imports[module] ?? {};
    if (typeof own[name] !== "function") {
      throw new TypeError("This build of QuickJS has no interrupt handler to call.");
    }
    const check = (runtime: number): number =>
      this.#stops(runtime) ? 1 : this.#mustSuspend() ? suspend : 0;
    if (this.#suspending === undefined) {
      return { ...imports, [module]: { ...own, [name]: check } };
    }
    const wait = async (runtime: number): Promise<number> => {
      await this.checks.rest();
      return this.#stops(runtime) ? 1 : 0;
    };
    const between = new WebAssembly.Instance(this.#suspending, {
      h: { p: check, s: new WebAssembly.Suspending(wait) },
    });
    const counted: WebAssembly.ModuleImports = {};
    for (const [key, value] of Object.entries(own)) {
      counted[key] = typeof value === "function" ? this.#counted(value) : value;
    }
    const suspends = between.exports["i"];
    if (suspends === undefined) throw new TypeError("The module that suspends is another one.");
    return { ...imports, [module]: { ...counted, [name]: suspends } };
  }

  /** The function of QuickJS as one whose code can be suspended. */
  enterable<A extends ReadonlyArray<unknown>, B>(
    run: (...inputs: A) => B,
  ): (...inputs: A) => Promise<B> | B {
    if (this.#suspending === undefined) return run;
    const enter = WebAssembly.promising(run);
    return async (...inputs) => {
      this.#isEntered = true;
      try {
        return await enter(...inputs);
      } finally {
        this.#isEntered = false;
      }
    };
  }

  /** Whether the code must end. A loop inside a built-in function ends only by an error of the host's. */
  #stops(runtime: number): boolean {
    if (!this.checks.shouldStop()) return false;
    if (runtime === loopCheck) throw new Error("The sandbox was stopped.");
    return true;
  }

  #mustSuspend(): boolean {
    return this.#isEntered && this.#hostCalls === 0 && this.checks.isTurnOver();
  }

  #counted(run: Function): (...inputs: ReadonlyArray<unknown>) => unknown {
    return (...inputs) => {
      this.#hostCalls++;
      try {
        const result: unknown = Reflect.apply(run, undefined, inputs);
        return result;
      } finally {
        this.#hostCalls--;
      }
    };
  }
}
