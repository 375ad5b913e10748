import { unsignedLeb, WasmReader } from "./wasm-reader.ts";

/** The numbers of a module's sections. */
export const sections = { import: 2, global: 6, code: 10 } as const;

/** The kinds of what a module imports. */
export const importKinds = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** What stands before the first section: the magic number and the version. */
const headerBytes = 8;

/**
 * Rewrites a WebAssembly binary section by section, in their order. `rewrite` gives the new contents of a section, or nothing
 * where it stays as it is.
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

/** One thing that a module imports. */
export interface WasmImport {
  readonly module: string;
  readonly name: string;
  readonly kind: number;
  /** Where its type stands, from its first byte on. */
  readonly type: WasmReader;
}

/** What an import section holds. */
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
  // Limits: a least number, and a greatest where the flag says so.
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
