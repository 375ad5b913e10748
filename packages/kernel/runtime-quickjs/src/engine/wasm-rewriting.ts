import {
  countDown,
  importKinds,
  readImports,
  rewriteSections,
  sections,
  unsignedLeb,
  withCounter,
  type WasmImport,
  type WasmReader,
} from "@executor/kernel/wasm-binary";
import { pageBytes } from "../guest/memory.ts";

/** QuickJS's import for its own interrupt handler, `(i32) -> i32`, under the name that this build gives it. */
export const interruptImport = { module: "a", name: "i" } as const;
/** QuickJS's import that makes its memory large enough for an allocation, `(i32) -> i32`: 0 or `false` if it cannot. */
export const growImport = { module: "a", name: "k" } as const;
/** Argument with which loops call it; never the address of a QuickJS runtime. */
export const loopCheck = 0;

/** Loop iterations between two checks, as signed LEB128: 1,048,576. */
const iterationsBetweenChecks = [0x80, 0x80, 0xc0, 0x00];

/**
 * Rewrites QuickJS's WebAssembly so that every loop can be interrupted. QuickJS calls its interrupt handler only between
 * bytecodes, so a built-in function can loop for years, and a thread that loops in WebAssembly cannot be terminated from
 * outside. The rewritten loops count down a new global; at zero they call {@link interruptImport} with {@link loopCheck},
 * which stops the run by throwing.
 */
export const interruptibleLoops = (wasm: Uint8Array): Uint8Array<ArrayBuffer> =>
  withCounter(wasm, {
    initial: iterationsBetweenChecks,
    instructions: (counter, imports) => ({
      atEntry: new Uint8Array(),
      inLoops: checkCode(counter, interruptIndex(imports)),
    }),
  });

/** Index of the function {@link interruptImport}. */
const interruptIndex = (imports: ReadonlyArray<WasmImport>): number => {
  const { module, name } = interruptImport;
  const index = imports
    .filter(({ kind }) => kind === importKinds.function)
    .findIndex((one) => one.module === module && one.name === name);
  if (index < 0) throw new TypeError("This build of QuickJS has no interrupt handler to call.");
  return index;
};

/** Counts down; at zero, calls the import and restarts the count. Leaves the stack unchanged. */
const checkCode = (counter: number, interrupt: number): Uint8Array => {
  const global = unsignedLeb(counter);
  const ifZero = [0x23, ...global, 0x45, 0x04, 0x40];
  const callAndDrop = [0x41, loopCheck, 0x10, ...unsignedLeb(interrupt), 0x1a];
  const restart = [0x41, ...iterationsBetweenChecks, 0x24, ...global, 0x0b];
  return Uint8Array.from([...countDown(counter), ...ifZero, ...callAndDrop, ...restart]);
};

/**
 * Lowers the initial memory that QuickJS's WebAssembly asks for; the memory grows as needed. The build's own stack ends at
 * 5.1 MiB, and a realm takes about one more. `initialBytes` is a multiple of 65,536.
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
    const [from, to] = minimumPages(payload);
    found++;
    return [wasm.subarray(start, from), pages, wasm.subarray(to, payload.end)];
  });
  if (found === 0) throw importsNoMemory();
  return rewritten;
};

/** Position of the imported memory's minimum number of pages: from and to. */
const minimumPages = (payload: WasmReader): readonly [number, number] => {
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
