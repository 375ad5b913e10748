/** Sucrase's own parser, which it publishes without types for this path. */
declare module "sucrase/dist/esm/parser/index.js" {
  export const parse: (
    source: string,
    isJsxEnabled: boolean,
    isTypeScriptEnabled: boolean,
    isFlowEnabled: boolean,
  ) => { readonly tokens: ReadonlyArray<{ readonly start: number; readonly end: number }> };
}
