export { type Engine, makeEngine } from "./engine.ts";
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
