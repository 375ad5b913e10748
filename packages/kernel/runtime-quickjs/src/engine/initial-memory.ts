import { unsignedLeb, type WasmReader } from "./wasm-reader.ts";
import { importKinds, readImports, rewriteSections, sections } from "./wasm-sections.ts";

const pageBytes = 65_536;

/**
 * QuickJS's WebAssembly with less memory at its start than the build asks for, which grows as it is needed. The build's own
 * stack ends at 5.1 MiB, and a realm takes about one more.
 */
export const withInitialMemory = (
  wasm: Uint8Array,
  initialBytes: number,
): Uint8Array<ArrayBuffer> => {
  const pages = Uint8Array.from(unsignedLeb(initialBytes / pageBytes));
  let found = 0;
  const rewritten = rewriteSections(wasm, (id, payload) => {
    if (id !== sections.import) return undefined;
    const start = payload.at;
    const [from, to] = leastPages(payload);
    found++;
    return [wasm.subarray(start, from), pages, wasm.subarray(to, payload.end)];
  });
  if (found === 0) throw importsNoMemory();
  return rewritten;
};

/** Where the least number of pages of the imported memory stands. */
const leastPages = (payload: WasmReader): readonly [number, number] => {
  for (const { kind, type } of readImports(payload)) {
    if (kind !== importKinds.memory) continue;
    type.advance(1);
    const from = type.at;
    type.skipNumbers(1);
    return [from, type.at];
  }
  throw importsNoMemory();
};

const importsNoMemory = () => new TypeError("This build of QuickJS imports no memory.");
