import { describe, expect, it } from "@effect/vitest";
import { meteredTypeStripper } from "../src/type-stripper-metering.ts";
import { unsignedLeb } from "../src/wasm-binary.ts";

const section = (id: number, ...contents: ReadonlyArray<number>) => [
  id,
  ...unsignedLeb(contents.length),
  ...contents,
];
const exported = (name: string, kind: number, index: number) => [
  name.length,
  ...new TextEncoder().encode(name),
  kind,
  index,
];
const func = (...instructions: ReadonlyArray<number>) => [
  instructions.length + 1,
  0,
  ...instructions,
];

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const exports = [exported("loop", 0, 0), exported("calls", 0, 1), exported("memory", 2, 0)].flat();
const endlessLoop = func(0x03, 0x40, 0x0c, 0, 0x0b, 0x0b);
const callOneLess = [0x20, 0, 0x41, 1, 0x6b, 0x10, 1];
const ifAnyLeft = [0x20, 0, 0x04, 0x40];
const twoCalls = func(...ifAnyLeft, ...callOneLess, ...callOneLess, 0x0b, 0x0b);

/** `loop` never ends; `calls(n)` makes two calls of `calls(n - 1)`, without a loop. */
const small = Uint8Array.from([
  ...header,
  ...section(1, 2, 0x60, 0, 0, 0x60, 1, 0x7f, 0),
  ...section(3, 2, 0, 1),
  ...section(5, 1, 0, 1),
  ...section(6, 1, 0x7f, 1, 0x41, 0, 0x0b),
  ...section(7, 3, ...exports),
  ...section(10, 2, ...endlessLoop, ...twoCalls),
]);

interface Exports {
  readonly fuel: WebAssembly.Global;
  readonly memory: WebAssembly.Memory;
  readonly loop: () => void;
  readonly calls: (levels: number) => void;
}

const isMetered = (value: object): value is Exports => "fuel" in value && "calls" in value;

const instance = async (fuel: number): Promise<Exports> => {
  const wasmModule = await WebAssembly.compile(meteredTypeStripper(small));
  const metered = new WebAssembly.Instance(wasmModule).exports;
  if (!isMetered(metered)) throw new TypeError("The module is not metered.");
  metered.fuel.value = fuel;
  return metered;
};

describe("meteredTypeStripper", () => {
  it("ends a loop that calls nothing", async () => {
    const { fuel, loop } = await instance(10_000);
    expect(loop).toThrow(WebAssembly.RuntimeError);
    expect(fuel.value).toBe(0);
  });

  it("ends calls without a loop", async () => {
    const { calls, fuel } = await instance(10_000);
    calls(3);
    expect(fuel.value).toBe(10_000 - 15);
    expect(() => calls(60)).toThrow(WebAssembly.RuntimeError);
    expect(fuel.value).toBe(0);
  });

  it("bounds the memory", async () => {
    const { memory } = await instance(1);
    memory.grow(1_023);
    expect(() => memory.grow(1)).toThrow(RangeError);
  });
});
