import { unsignedLeb, WasmReader } from "./wasm-reader.ts";
import {
  byteLength,
  importKinds,
  readImports,
  rewriteSections,
  sections,
} from "./wasm-sections.ts";

/** QuickJS's import for its own interrupt handler, `(i32) -> i32`, under the name that this build gives it. */
export const interruptImport = { module: "a", name: "i" } as const;
/** What loops call it with; never the address of a QuickJS runtime. */
export const loopCheck = 0;

/** Turns of loops between two checks, as signed LEB128: 1,048,576. */
const turnsBetweenChecks = [0x80, 0x80, 0xc0, 0x00];

const loopOpcode = 0x03;

/**
 * Rewrites QuickJS's WebAssembly so that every loop can be broken off. QuickJS asks its interrupt handler only between
 * bytecodes, so that a built-in function can loop for years, and a thread that loops in WebAssembly cannot be terminated
 * from outside. The rewritten loops count down a new global; at zero they call {@link interruptImport} with
 * {@link loopCheck}, which stops everything by throwing.
 */
export const interruptibleLoops = (wasm: Uint8Array): Uint8Array<ArrayBuffer> => {
  let imported: Imported = { globals: 0, interrupt: undefined };
  let counter: number | undefined;
  return rewriteSections(wasm, (id, payload) => {
    switch (id) {
      case sections.import:
        imported = countImports(payload);
        return undefined;
      case sections.global: {
        const globals = payload.u32();
        counter = imported.globals + globals;
        const added = [0x7f, 0x01, 0x41, ...turnsBetweenChecks, 0x0b];
        const old = wasm.subarray(payload.at, payload.end);
        return [Uint8Array.from(unsignedLeb(globals + 1)), old, Uint8Array.from(added)];
      }
      case sections.code:
        if (imported.interrupt === undefined || counter === undefined) {
          throw new TypeError("This build of QuickJS has no interrupt handler to call.");
        }
        return rewriteFunctions(payload, checkCode(counter, imported.interrupt));
      default:
        return undefined;
    }
  });
};

interface Imported {
  readonly globals: number;
  /** The number of the function that is {@link interruptImport}. */
  readonly interrupt: number | undefined;
}

const countImports = (payload: WasmReader): Imported => {
  let functions = 0;
  let globals = 0;
  let interrupt: number | undefined;
  for (const { kind, module, name } of readImports(payload)) {
    if (kind === importKinds.global) globals++;
    if (kind !== importKinds.function) continue;
    if (module === interruptImport.module && name === interruptImport.name) interrupt = functions;
    functions++;
  }
  return { globals, interrupt };
};

/** Counts down, and at zero calls the import and starts again. Leaves the stack as it was. */
const checkCode = (counter: number, interrupt: number): Uint8Array => {
  const global = unsignedLeb(counter);
  const countDown = [0x23, ...global, 0x41, 0x01, 0x6b, 0x24, ...global];
  const ifZero = [0x23, ...global, 0x45, 0x04, 0x40];
  const callAndDrop = [0x41, loopCheck, 0x10, ...unsignedLeb(interrupt), 0x1a];
  const startAgain = [0x41, ...turnsBetweenChecks, 0x24, ...global, 0x0b];
  return Uint8Array.from([...countDown, ...ifZero, ...callAndDrop, ...startAgain]);
};

const rewriteFunctions = (reader: WasmReader, check: Uint8Array): Array<Uint8Array> => {
  const count = reader.u32();
  const parts: Array<Uint8Array> = [Uint8Array.from(unsignedLeb(count))];
  for (let left = count; left > 0; left--) {
    const size = reader.u32();
    const end = reader.at + size;
    const body = rewriteLoops(new WasmReader(reader.bytes, reader.at, end), check);
    parts.push(Uint8Array.from(unsignedLeb(byteLength(body))), ...body);
    reader.at = end;
  }
  return parts;
};

const rewriteLoops = (reader: WasmReader, check: Uint8Array): Array<Uint8Array> => {
  const parts: Array<Uint8Array> = [];
  let copied = reader.at;
  for (let left = reader.u32(); left > 0; left--) reader.skipNumbers(2);
  while (reader.at < reader.end) {
    const opcode = reader.byte();
    reader.skipImmediates(opcode);
    if (opcode !== loopOpcode) continue;
    parts.push(reader.bytes.subarray(copied, reader.at), check);
    copied = reader.at;
  }
  return [...parts, reader.bytes.subarray(copied, reader.end)];
};
