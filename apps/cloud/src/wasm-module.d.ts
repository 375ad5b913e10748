/** Wrangler's module rule `CompiledWasm`. */
declare module "*.wasm" {
  const wasmModule: WebAssembly.Module;
  export default wasmModule;
}
