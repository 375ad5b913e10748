export { emptyMemory } from "./bounded-memory.ts";
export { type Engine, makeEngine, makeEngineImage } from "./engine.ts";
export type { EngineImage } from "./engine-image.ts";
export { withInitialMemory } from "./initial-memory.ts";
export { interruptibleLoops } from "./interruptible-loops.ts";
export { Sandbox } from "./sandbox.ts";
export type {
  SandboxAnswer,
  SandboxCall,
  SandboxEnd,
  SandboxHost,
  SandboxLimits,
  SandboxOutcome,
} from "./sandbox-types.ts";
