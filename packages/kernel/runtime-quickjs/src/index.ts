export * as QuickJsRunner from "./thread/runner.ts";
