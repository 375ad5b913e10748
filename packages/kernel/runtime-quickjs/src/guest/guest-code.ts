import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";

type ContextMemory = ReturnType<QuickJSContext["getMemory"]>;
type Ffi = ContextMemory["ffi"];
type Value = ReturnType<Ffi["QTS_Call"]>;
type Evaluate = (
  ...inputs: [context: number, code: number, length: number, file: number, module: 0, flags: 0]
) => Value;

/** Makes a function whose code can be suspended of one of QuickJS's. */
export type Enterable = <A extends ReadonlyArray<unknown>, B>(
  run: (...inputs: A) => B,
) => (...inputs: A) => Promise<B> | B;

/** A guest function threw; the handle is the error. */
export class GuestThrew {
  constructor(readonly error: QuickJSHandle) {}
}

/**
 * The ways into a QuickJS instance that run the guest's code. It may be suspended meanwhile: until the promise is settled, nothing
 * else may enter the instance.
 */
export class GuestCode {
  readonly #memory: ContextMemory;
  readonly #evaluate: (...inputs: Parameters<Evaluate>) => Promise<Value> | Value;
  readonly #call: (...inputs: Parameters<Ffi["QTS_Call"]>) => Promise<Value> | Value;
  readonly #runJobs: (
    ...inputs: Parameters<Ffi["QTS_ExecutePendingJob"]>
  ) => Promise<Value> | Value;

  constructor(memory: ContextMemory, enterable: Enterable) {
    this.#memory = memory;
    // The bindings' own QTS_Eval gives the stack back when it returns, on which suspended code still stands.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bindings do not declare the module's functions
    this.#evaluate = enterable(Reflect.get(memory.module, "_QTS_Eval") as Evaluate);
    this.#call = enterable(memory.ffi.QTS_Call);
    this.#runJobs = enterable(memory.ffi.QTS_ExecutePendingJob);
  }

  /** Value of a script. Throws {@link GuestThrew}. */
  async evaluate(code: string, file: string): Promise<QuickJSHandle> {
    const { ctx } = this.#memory;
    const source = this.#memory.newHeapCharPointer(code);
    const name = this.#memory.newHeapCharPointer(file);
    const { ptr, strlen } = source.value;
    const value = await this.#evaluate(ctx.value, ptr, strlen, name.value.ptr, 0, 0);
    name.dispose();
    source.dispose();
    return this.#result(value);
  }

  /** Result of a guest function. Throws {@link GuestThrew}. */
  async call(guest: QuickJSHandle, ...inputs: Array<QuickJSHandle>): Promise<QuickJSHandle> {
    const { ctx, ffi } = this.#memory;
    const pointers = this.#memory.toPointerArray(inputs);
    const self = ffi.QTS_GetUndefined();
    const value = await this.#call(ctx.value, guest.value, self, inputs.length, pointers.value);
    pointers.dispose();
    return this.#result(value);
  }

  /** Runs at most so many promise jobs. The promise of a job that throws knows the error. */
  async runJobs(count: number): Promise<void> {
    const { ffi, rt } = this.#memory;
    const last = this.#memory.newMutablePointerArray(1);
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the bindings' own type of this address is not exported
    const address = last.value.ptr as Parameters<Ffi["QTS_ExecutePendingJob"]>[2];
    const value = await this.#runJobs(rt.value, count, address);
    last.dispose();
    ffi.QTS_FreeValuePointerRuntime(rt.value, value);
  }

  #result(value: Value): QuickJSHandle {
    const { ctx, ffi } = this.#memory;
    const error = ffi.QTS_ResolveException(ctx.value, value);
    if (error === 0) return this.#memory.heapValueHandle(value);
    ffi.QTS_FreeValuePointer(ctx.value, value);
    throw new GuestThrew(this.#memory.heapValueHandle(error));
  }
}
