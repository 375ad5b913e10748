import wasmPath from "../node_modules/@swc/wasm-typescript-esm/wasm_bg.wasm" with { type: "file" };

/** Path of swc's WebAssembly, also inside a compiled executable. Only Bun can load this module. */
export const typeStripperFile: string = wasmPath;
