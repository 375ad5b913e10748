declare module "@jitl/quickjs-wasmfile-release-sync/wasm" {
  /** The file's path, also inside a compiled executable. */
  const path: string;
  export default path;
}
