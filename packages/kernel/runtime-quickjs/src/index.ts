/** Runs agent code in QuickJS on worker threads: `QuickJsRunner.layer(options)` provides the kernel's `CodeRunner`. */
export * as QuickJsRunner from "./thread/runner.ts";
