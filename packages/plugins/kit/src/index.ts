export * from "./json-steps.ts";
export * from "./json-values.ts";
export * from "./names.ts";
export * from "./steps.ts";
export * from "./tools.ts";
export * from "./upstream.ts";
export * from "./warnings.ts";
export * from "./wildcards.ts";
