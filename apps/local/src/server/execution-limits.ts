import { defaultLimits, Limits } from "@executor/execution";
import { Effect, Layer } from "effect";
import { approvalTimeoutMs } from "./config.ts";

/** What executions may use on this machine. */
export const executionLimits = Layer.effect(
  Limits,
  Effect.map(approvalTimeoutMs, (configured) => ({
    ...defaultLimits,
    approvalTimeoutMs: configured ?? defaultLimits.approvalTimeoutMs,
  })),
);
