declare module "../node_modules/@swc/*" {
  /** The file's path. */
  const path: string;
  export default path;
}
