export * from "./plugin.ts";
export * from "./schemas.ts";
export { sdkLayer } from "./layer.ts";
export { Sources } from "./sources.ts";
export type { AddSourceError, RefreshSourceError } from "./sources.ts";
export { ToolInvoker } from "./tool-invoker.ts";
export { Tools } from "./tools.ts";
export type { ToolPage, ToolQuery } from "./tools.ts";
export * from "./upstream/index.ts";
