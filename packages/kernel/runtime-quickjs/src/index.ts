export * as QuickJsRunner from "./runner.ts";
