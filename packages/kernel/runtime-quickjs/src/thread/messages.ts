import type { ConsoleLine } from "@executor/kernel";
import type {
  EngineImage,
  SandboxAnswer,
  SandboxCall,
  SandboxEnd,
  SandboxLimits,
} from "../host/index.ts";

/** What a worker makes its engines of. The first worker of a process makes it, the others get it from there. */
export interface EngineSource {
  readonly wasmModule: WebAssembly.Module;
  readonly image: EngineImage;
}

/** What the main thread says to a worker. Answers of a run that has ended are ignored by its number. */
export type ToWorker =
  /** The first message: start, from this source where there is one. */
  | { readonly type: "boot"; readonly source: EngineSource | undefined }
  | {
      readonly type: "run";
      readonly run: number;
      readonly code: string;
      readonly limits: SandboxLimits;
      readonly control: SharedArrayBuffer;
    }
  | {
      readonly type: "answers";
      readonly run: number;
      readonly answers: ReadonlyArray<SandboxAnswer>;
    }
  /** The control block's stop flag was set; for a run that only waits. */
  | { readonly type: "wake"; readonly run: number };

/** What a worker says to the main thread. */
export type FromWorker =
  /** With the source where the worker was given none and made it. */
  | { readonly type: "ready"; readonly source: EngineSource | undefined }
  | { readonly type: "calls"; readonly run: number; readonly calls: ReadonlyArray<SandboxCall> }
  | { readonly type: "console"; readonly run: number; readonly lines: ReadonlyArray<ConsoleLine> }
  | { readonly type: "end"; readonly run: number; readonly end: SandboxEnd };
