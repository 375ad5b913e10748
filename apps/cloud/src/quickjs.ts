import wasmModule from "./quickjs.wasm";

/** QuickJS as the build made it: every loop in it can be broken off. */
export const quickJs: WebAssembly.Module = wasmModule;
