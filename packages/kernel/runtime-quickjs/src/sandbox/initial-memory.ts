import { unsignedLeb, WasmReader } from "./wasm-reader.ts";

const importSection = 2;
const memoryKind = 2;
const pageBytes = 65_536;

/**
 * QuickJS's WebAssembly with less memory at its start than the build asks for, which grows as it is needed. The build's own
 * stack ends at 5.1 MiB, and a realm takes about one more.
 */
export const withInitialMemory = (
  wasm: Uint8Array,
  initialBytes: number,
): Uint8Array<ArrayBuffer> => {
  const reader = new WasmReader(wasm, 8);
  while (reader.at < reader.end) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    const payload = new WasmReader(wasm, reader.at, reader.at + size);
    reader.skip(size);
    if (id !== importSection) continue;
    const [from, to] = minimumOf(payload);
    const pages = unsignedLeb(initialBytes / pageBytes);
    const contents = [
      ...wasm.subarray(payload.end - size, from),
      ...pages,
      ...wasm.subarray(to, payload.end),
    ];
    return Uint8Array.from([
      ...wasm.subarray(0, start),
      importSection,
      ...unsignedLeb(contents.length),
      ...contents,
      ...wasm.subarray(payload.end),
    ]);
  }
  throw new TypeError("This build of QuickJS imports no memory.");
};

/** Where the least number of pages of the imported memory stands. */
const minimumOf = (reader: WasmReader): readonly [number, number] => {
  for (let left = reader.u32(); left > 0; left--) {
    reader.name();
    reader.name();
    const kind = reader.byte();
    if (kind === memoryKind) {
      reader.skip(1);
      const from = reader.at;
      reader.u32();
      return [from, reader.at];
    }
    if (kind === 0) reader.skipNumbers(1);
    else if (kind === 3) reader.skip(2);
    else {
      reader.skip(1);
      reader.skipNumbers((reader.byte() & 1) === 0 ? 1 : 2);
    }
  }
  throw new TypeError("This build of QuickJS imports no memory.");
};
