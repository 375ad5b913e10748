import { defaultLimits } from "@executor/execution";
import type { ExecutionLimits } from "@executor/execution";
import { Schema } from "effect";
import type { Environment } from "../environment.ts";

/** A variable is not what it must be. The message says which, and what to give. */
export class InvalidSetting extends Schema.TaggedError<InvalidSetting>()("InvalidSetting", {
  message: Schema.String,
}) {}

const mebibyte = 1024 * 1024;

/** What one organization may use. */
export interface OrganizationSettings {
  readonly maxSeries: number;
  readonly maxStorageBytes: number;
  readonly metricsIntervalMs: number;
  readonly executionLimits: ExecutionLimits;
}

/** One isolate has 128 MB for all objects in it, and each sandbox takes 7 MiB at least. */
const cloudLimits: ExecutionLimits = {
  ...defaultLimits,
  memoryBytes: 32 * mebibyte,
  maxRunning: 4,
  maxWaiting: 100,
  maxPaused: 8,
};

/** While one execution computes, every organization in the process waits. `maxChecks` takes about as long on common hardware. */
export const computingLimits = { maxComputingMs: 3_000, maxChecks: 15_000 };

/** Throws an {@link InvalidSetting}. */
export const organizationSettings = (environment: Environment): OrganizationSettings => ({
  maxSeries: positive(environment, "EXECUTOR_MAX_SERIES", 20_000),
  maxStorageBytes: positive(environment, "EXECUTOR_MAX_STORAGE", 1024 * mebibyte),
  metricsIntervalMs: positive(environment, "EXECUTOR_METRICS_INTERVAL", 10_000),
  executionLimits: {
    ...cloudLimits,
    maxRunning: positive(environment, "EXECUTOR_MAX_RUNNING", cloudLimits.maxRunning),
    maxWaiting: positive(environment, "EXECUTOR_MAX_WAITING", cloudLimits.maxWaiting),
  },
});

type Setting = Extract<keyof Environment, `EXECUTOR_M${string}`>;

const positive = (environment: Environment, name: Setting, otherwise: number): number => {
  const text = environment[name];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidSetting({ message: `${name} is a whole number above 0, and not ${text}.` });
};
