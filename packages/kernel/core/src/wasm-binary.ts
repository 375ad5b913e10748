/** Reads a WebAssembly binary from front to back. */
export class WasmReader {
  constructor(
    readonly bytes: Uint8Array,
    public at = 0,
    readonly end = bytes.length,
  ) {}

  /** Another reader at the same place. */
  copy(): WasmReader {
    return new WasmReader(this.bytes, this.at, this.end);
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  /** Reads an unsigned LEB128 number of at most 32 bits. */
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

  /** Skips the immediates of an instruction, which follow its opcode. */
  skipImmediates(opcode: number): void {
    const numbers = immediates[opcode];
    if (numbers !== undefined && numbers !== other) return this.skipNumbers(numbers);
    switch (opcode) {
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

const other = 0xff;

/** Number of LEB128 immediates by opcode, or {@link other}. */
const immediates = new Uint8Array(0x100).fill(other);
// Numeric instructions, loads and stores, variables and tables.
immediates.fill(0, 0x45, 0xc5);
immediates.fill(2, 0x28, 0x3f);
immediates.fill(1, 0x20, 0x27);
// unreachable, nop, else, end, return, drop, select, ref.is_null
for (const opcode of [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1]) immediates[opcode] = 0;
// block, loop, if, br, br_if, call, return_call
for (const opcode of [0x02, 0x03, 0x04, 0x0c, 0x0d, 0x10, 0x12]) immediates[opcode] = 1;
// memory.size, memory.grow, i32.const, i64.const, ref.null, ref.func
for (const opcode of [0x3f, 0x40, 0x41, 0x42, 0xd0, 0xd2]) immediates[opcode] = 1;
// call_indirect, return_call_indirect
for (const opcode of [0x11, 0x13]) immediates[opcode] = 2;

/** Encodes an unsigned LEB128 number. */
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
export const sections = { import: 2, memory: 5, global: 6, export: 7, code: 10 } as const;

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

/** The new contents of a section that is a vector, with one item more. */
export const withOneMore = (
  section: WasmReader,
  item: ReadonlyArray<number>,
): ReadonlyArray<Uint8Array> => {
  const count = Uint8Array.from(unsignedLeb(section.u32() + 1));
  return [count, section.bytes.subarray(section.at, section.end), Uint8Array.from(item)];
};

/** Instructions to add to every function. They leave the stack unchanged. */
export interface AddedInstructions {
  readonly atEntry: Uint8Array;
  /** At the start of each iteration of each loop. */
  readonly inLoops: Uint8Array;
}

/** Adds instructions to the functions of a code section; gives its new contents. */
const rewriteFunctions = (reader: WasmReader, added: AddedInstructions): Array<Uint8Array> => {
  const count = reader.u32();
  const parts: Array<Uint8Array> = [Uint8Array.from(unsignedLeb(count))];
  for (let left = count; left > 0; left--) {
    const size = reader.u32();
    const end = reader.at + size;
    const body = rewriteFunction(new WasmReader(reader.bytes, reader.at, end), added);
    parts.push(Uint8Array.from(unsignedLeb(byteLength(body))), ...body);
    reader.at = end;
  }
  return parts;
};

const loopOpcode = 0x03;

const rewriteFunction = (reader: WasmReader, added: AddedInstructions): Array<Uint8Array> => {
  const start = reader.at;
  for (let left = reader.u32(); left > 0; left--) reader.skipNumbers(2);
  let copied = reader.at;
  const parts = [reader.bytes.subarray(start, copied), added.atEntry];
  while (reader.at < reader.end) {
    const opcode = reader.byte();
    reader.skipImmediates(opcode);
    if (opcode !== loopOpcode) continue;
    parts.push(reader.bytes.subarray(copied, reader.at), added.inLoops);
    copied = reader.at;
  }
  return [...parts, reader.bytes.subarray(copied, reader.end)];
};

/** What {@link withCounter} adds to a module and changes in it. */
export interface CounterUse {
  /** Value of the counter at first, as signed LEB128. */
  readonly initial: ReadonlyArray<number>;
  /** Instructions of all functions. They name the counter by its index among the globals. */
  readonly instructions: (counter: number, imports: ReadonlyArray<WasmImport>) => AddedInstructions;
  /** New contents of another section, or `undefined` to keep it. The counter is known from the section of globals on. */
  readonly rewriteOther?: (
    id: number,
    payload: WasmReader,
    counter: number | undefined,
  ) => ReadonlyArray<Uint8Array> | undefined;
}

/** Adds a mutable global `i32` to a module, and instructions that use it to its functions. */
export const withCounter = (
  wasm: Uint8Array,
  { initial, instructions, rewriteOther = () => undefined }: CounterUse,
): Uint8Array<ArrayBuffer> => {
  let imports: ReadonlyArray<WasmImport> = [];
  let counter: number | undefined;
  return rewriteSections(wasm, (id, payload) => {
    switch (id) {
      case sections.import:
        imports = [...readImports(payload)];
        return undefined;
      case sections.global: {
        const imported = imports.filter(({ kind }) => kind === importKinds.global).length;
        counter = imported + payload.copy().u32();
        return withOneMore(payload, [0x7f, 0x01, 0x41, ...initial, 0x0b]);
      }
      case sections.code:
        if (counter === undefined)
          throw new TypeError("The WebAssembly has no section of globals.");
        return rewriteFunctions(payload, instructions(counter, imports));
      default:
        return rewriteOther(id, payload, counter);
    }
  });
};

/** Instructions that take one from the counter. */
export const countDown = (counter: number): ReadonlyArray<number> => {
  const global = unsignedLeb(counter);
  return [0x23, ...global, 0x41, 0x01, 0x6b, 0x24, ...global];
};

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
