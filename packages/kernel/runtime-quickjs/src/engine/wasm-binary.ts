/** Reads a WebAssembly binary from front to back. */
export class WasmReader {
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** Skips LEB128 numbers of any size and sign. */
  skipNumbers(count: number): void {
    for (let left = count; left > 0; left--) while (this.byte() >= 0x80);
  }

  advance(count: number): void {
    this.at += count;
  }

  name(): string {
    const length = this.u32();
    const text = new TextDecoder().decode(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return text;
  }

  /** Passes over what follows an instruction's opcode. */
  skipImmediates(opcode: number): void {
    if (opcode >= 0x45 && opcode <= 0xc4) return;
    if (opcode >= 0x28 && opcode <= 0x3e) return this.skipNumbers(2);
    if (opcode >= 0x20 && opcode <= 0x26) return this.skipNumbers(1);
    switch (opcode) {
      case 0x00: // unreachable
      case 0x01: // nop
      case 0x05: // else
      case 0x0b: // end
      case 0x0f: // return
      case 0x1a: // drop
      case 0x1b: // select
      case 0xd1: // ref.is_null
        return;
      case 0x02: // block
      case 0x03: // loop
      case 0x04: // if
      case 0x0c: // br
      case 0x0d: // br_if
      case 0x10: // call
      case 0x12: // return_call
      case 0x3f: // memory.size
      case 0x40: // memory.grow
      case 0x41: // i32.const
      case 0x42: // i64.const
      case 0xd0: // ref.null
      case 0xd2: // ref.func
        return this.skipNumbers(1);
      case 0x11: // call_indirect
      case 0x13: // return_call_indirect
        return this.skipNumbers(2);
      case 0x0e: // br_table
        return this.skipNumbers(this.u32() + 1);
      case 0x1c: // select with types
        return this.skipNumbers(this.u32());
      case 0x43: // f32.const
        return this.advance(4);
      case 0x44: // f64.const
        return this.advance(8);
      case 0xfc:
        return this.#skipBulkImmediates(this.u32());
      default:
        throw new TypeError(`The WebAssembly instruction 0x${opcode.toString(16)} is not known.`);
    }
  }

  #skipBulkImmediates(operation: number): void {
    if (operation < 8) return;
    if (operation > 17)
      throw new TypeError(`The WebAssembly instruction 0xfc ${operation} is not known.`);
    // memory.init, memory.copy, table.init and table.copy have two immediates, the others one.
    const names =
      operation === 8 || operation === 10 || operation === 12 || operation === 14 ? 2 : 1;
    this.skipNumbers(names);
  }
}

/** An unsigned LEB128 number. */
export const unsignedLeb = (value: number): Array<number> => {
  const bytes: Array<number> = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
};

/** Numbers of a module's sections. */
export const sections = { import: 2, global: 6, code: 10 } as const;

/** Kinds of imports. */
export const importKinds = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** Bytes before the first section: the magic number and the version. */
const headerBytes = 8;

/**
 * Rewrites a WebAssembly binary section by section, in order. `rewrite` returns the new contents of a section, or `undefined`
 * to keep it.
 */
export const rewriteSections = (
  wasm: Uint8Array,
  rewrite: (id: number, payload: WasmReader) => ReadonlyArray<Uint8Array> | undefined,
): Uint8Array<ArrayBuffer> => {
  const parts: Array<Uint8Array> = [wasm.subarray(0, headerBytes)];
  const reader = new WasmReader(wasm, headerBytes);
  while (reader.at < reader.end) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    const payload = new WasmReader(wasm, reader.at, reader.at + size);
    reader.advance(size);
    const contents = rewrite(id, payload);
    if (contents === undefined) parts.push(wasm.subarray(start, reader.at));
    else parts.push(Uint8Array.from([id, ...unsignedLeb(byteLength(contents))]), ...contents);
  }
  return concat(parts);
};

/** One import of a module. */
export interface WasmImport {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
  /** Its type, from the first byte on. */
  readonly type: WasmReader;
}

/** Reads the imports of an import section. */
export function* readImports(reader: WasmReader): Generator<WasmImport> {
  for (let left = reader.u32(); left > 0; left--) {
    const module = reader.name();
    const name = reader.name();
    const kind = reader.byte();
    const start = reader.at;
    skipType(reader, kind);
    yield { module, name, kind, type: new WasmReader(reader.bytes, start, reader.at) };
  }
}

const skipType = (reader: WasmReader, kind: number): void => {
  if (kind === importKinds.function) return reader.skipNumbers(1);
  if (kind === importKinds.global) return reader.advance(2);
  if (kind === importKinds.table) reader.advance(1);
  // Limits: a minimum, and a maximum if the flag says so.
  reader.skipNumbers((reader.byte() & 1) === 0 ? 1 : 2);
};

export const byteLength = (parts: ReadonlyArray<Uint8Array>): number =>
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
