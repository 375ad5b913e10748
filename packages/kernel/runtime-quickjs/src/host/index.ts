export { emptyMemory } from "../guest/memory.ts";
export { type Engine, makeEngine, makeEngineImage } from "../engine/engine.ts";
export type { EngineImage } from "../engine/engine-image.ts";
export { withInitialMemory } from "../engine/initial-memory.ts";
export { interruptibleLoops } from "../engine/wasm-rewriting.ts";
export { Sandbox } from "./sandbox.ts";
export type {
  SandboxAnswer,
  SandboxCall,
  SandboxEnd,
  SandboxHost,
  SandboxLimits,
  SandboxOutcome,
} from "./sandbox-types.ts";
