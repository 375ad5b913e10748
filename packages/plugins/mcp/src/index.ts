export { mcpPlugin } from "./plugin.ts";
export type { McpPluginOptions } from "./plugin.ts";
