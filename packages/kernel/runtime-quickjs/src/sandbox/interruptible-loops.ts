import { unsignedLeb, WasmReader } from "./wasm-reader.ts";

/** QuickJS's import for its own interrupt handler, `(i32) -> i32`, under the name that this build gives it. */
export const interruptImport = { module: "a", name: "i" } as const;
/** What loops call it with; never the address of a QuickJS runtime. */
export const loopCheck = 0;

/** Turns of loops between two checks, as signed LEB128: 1,048,576. */
const turnsBetweenChecks = [0x80, 0x80, 0xc0, 0x00];

const sections = { import: 2, global: 6, code: 10 } as const;
const loopOpcode = 0x03;

/**
 * Rewrites QuickJS's WebAssembly so that every loop can be broken off. QuickJS asks its interrupt handler only between
 * bytecodes, so that a built-in function can loop for years, and a thread that loops in WebAssembly cannot be terminated
 * from outside. The rewritten loops count down a new global; at zero they call {@link interruptImport} with
 * {@link loopCheck}, which stops everything by throwing.
 */
export const interruptibleLoops = (wasm: Uint8Array): Uint8Array<ArrayBuffer> => {
  const parts: Array<Uint8Array> = [wasm.subarray(0, 8)];
  const reader = new WasmReader(wasm, 8);
  let imports: Imports | undefined;
  let counter: number | undefined;
  while (reader.at < reader.end) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    const payload = new WasmReader(wasm, reader.at, reader.at + size);
    reader.skip(size);
    if (id === sections.global && imports !== undefined) {
      const globals = payload.u32();
      counter = imports.globals + globals;
      const initial = [0x7f, 0x01, 0x41, ...turnsBetweenChecks, 0x0b];
      const old = wasm.subarray(payload.at, payload.end);
      parts.push(
        ...section(id, [Uint8Array.from(unsignedLeb(globals + 1)), old, Uint8Array.from(initial)]),
      );
    } else if (id === sections.code) {
      if (imports?.interrupt === undefined || counter === undefined) {
        throw new TypeError("This build of QuickJS has no interrupt handler to call.");
      }
      const check = checkCode(counter, imports.interrupt);
      parts.push(...section(id, rewriteFunctions(payload, check)));
    } else {
      if (id === sections.import) imports = readImports(payload);
      parts.push(wasm.subarray(start, reader.at));
    }
  }
  return concat(parts);
};

interface Imports {
  readonly globals: number;
  readonly interrupt: number | undefined;
}

const readImports = (reader: WasmReader): Imports => {
  let functions = 0;
  let globals = 0;
  let interrupt: number | undefined;
  for (let left = reader.u32(); left > 0; left--) {
    const module = reader.name();
    const name = reader.name();
    const kind = reader.byte();
    if (kind === 0) {
      reader.skipNumbers(1);
      if (module === interruptImport.module && name === interruptImport.name) interrupt = functions;
      functions++;
    } else if (kind === 3) {
      reader.skip(2);
      globals++;
    } else {
      if (kind === 1) reader.skip(1);
      reader.skipNumbers((reader.byte() & 1) === 0 ? 1 : 2);
    }
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

const section = (id: number, parts: ReadonlyArray<Uint8Array>): Array<Uint8Array> => [
  Uint8Array.from([id, ...unsignedLeb(byteLength(parts))]),
  ...parts,
];

const byteLength = (parts: ReadonlyArray<Uint8Array>): number =>
  parts.reduce((sum, part) => sum + part.length, 0);

const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array<ArrayBuffer> => {
  const whole = new Uint8Array(byteLength(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
