import {
  countDown,
  importKinds,
  sections,
  unsignedLeb,
  withCounter,
  withOneMore,
  type WasmReader,
} from "./wasm-binary.ts";

/** Name under which {@link meteredTypeStripper} exports the fuel that is left, a mutable `i32`. */
export const fuelExport = "fuel";

/** Pages of 65,536 bytes that the memory may grow to: 64 MiB. */
const maxMemoryPages = 1024;

/** Fuel of a new instance, as signed LEB128: 2,147,483,647. */
const initialFuel = [0xff, 0xff, 0xff, 0xff, 0x07];

/**
 * Rewrites swc's WebAssembly so that it ends whatever it is given: each entry of a function and each iteration of a loop takes one
 * of the fuel, and traps when that was the last. A thread that computes in WebAssembly cannot be ended from outside, and a
 * platform without threads has no outside. Functions count too, because recursion needs no loop.
 */
export const meteredTypeStripper = (wasm: Uint8Array): Uint8Array<ArrayBuffer> =>
  withCounter(wasm, {
    initial: initialFuel,
    instructions: (fuel) => {
      const check = checkCode(fuel);
      return { atEntry: check, inLoops: check };
    },
    rewriteOther: (id, payload, fuel) => {
      if (id === sections.memory) return boundedMemory(payload);
      if (id !== sections.export || fuel === undefined) return undefined;
      const name = new TextEncoder().encode(fuelExport);
      const item = [name.length, ...name, importKinds.global, ...unsignedLeb(fuel)];
      return withOneMore(payload, item);
    },
  });

/** Gives the module's only memory a maximum. */
const boundedMemory = (section: WasmReader): ReadonlyArray<Uint8Array> => {
  const memories = section.u32();
  section.advance(1);
  const minimum = section.u32();
  if (memories !== 1) throw new TypeError("This build of swc has not one memory.");
  return [Uint8Array.from([1, 1, ...unsignedLeb(minimum), ...unsignedLeb(maxMemoryPages)])];
};

/** Takes one of the fuel; traps if none is left. */
const checkCode = (fuel: number): Uint8Array => {
  const trapAtZero = [0x23, ...unsignedLeb(fuel), 0x45, 0x04, 0x40, 0x00, 0x0b];
  return Uint8Array.from([...countDown(fuel), ...trapAtZero]);
};
