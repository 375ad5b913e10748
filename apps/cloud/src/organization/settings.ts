import { defaultLimits } from "@executor/execution";
import type { ExecutionLimits } from "@executor/execution";
import { SecretKey, SecretKeyError } from "@executor/sdk";
import { Effect, Layer, Schema } from "effect";
import type { Environment } from "../environment.ts";

/** A variable has an invalid value. The message tells which, and the value to give. */
export class InvalidSetting extends Schema.TaggedError<InvalidSetting>()("InvalidSetting", {
  message: Schema.String,
}) {}

const mebibyte = 1024 * 1024;

/** Limits of one organization. */
export interface OrganizationSettings {
  readonly maxSeries: number;
  readonly maxStorageBytes: number;
  /** Requests that one key, or one person, may make in a minute. */
  readonly maxRequests: number;
  /** Seconds that its executions may compute in an hour, together. */
  readonly maxComputingSeconds: number;
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

/** Initial memory of a sandbox: the least that QuickJS starts with, since all sandboxes share the 128 MB of an isolate. */
export const initialMemoryBytes = 7 * mebibyte;

/**
 * The platform's own bound of the computing in one request. Executions take turns, so nobody waits for a long one; `maxChecks` takes
 * about as long on common hardware, should the clock ever stand still.
 */
export const computingLimits = { maxComputingMs: 30_000, maxChecks: 150_000 };

/** Throws an {@link InvalidSetting}. */
export const organizationSettings = (environment: Environment): OrganizationSettings => ({
  maxSeries: positive(environment, "EXECUTOR_MAX_SERIES", 20_000),
  maxStorageBytes: positive(environment, "EXECUTOR_MAX_STORAGE", 1024 * mebibyte),
  maxRequests: maxRequests(environment),
  maxComputingSeconds: positive(environment, "EXECUTOR_MAX_COMPUTING", 600),
  metricsIntervalMs: positive(environment, "EXECUTOR_METRICS_INTERVAL", 10_000),
  executionLimits: {
    ...cloudLimits,
    maxRunning: positive(environment, "EXECUTOR_MAX_RUNNING", cloudLimits.maxRunning),
    maxWaiting: positive(environment, "EXECUTOR_MAX_WAITING", cloudLimits.maxWaiting),
  },
});

/** Requests that one key, or one person, may make in a minute. Throws an {@link InvalidSetting}. */
export const maxRequests = (environment: Environment): number =>
  positive(environment, "EXECUTOR_MAX_REQUESTS", 600);

/** Organizations that one scrape shows at most; 0 where the operator has not switched it on. Throws an {@link InvalidSetting}. */
export const maxScrapedOrganizations = (environment: Environment): number =>
  positive(environment, "EXECUTOR_PLATFORM_ORGANIZATIONS", 0);

type Setting = Extract<
  keyof Environment,
  `EXECUTOR_M${"AX" | "ETRICS"}_${string}` | "EXECUTOR_PLATFORM_ORGANIZATIONS"
>;

/** A limit from its variable. Throws an {@link InvalidSetting}. */
export const positive = (environment: Environment, name: Setting, otherwise: number): number => {
  const text = environment[name];
  if (text === undefined || text === "") return otherwise;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidSetting({ message: `${name} is a whole number above 0, and not ${text}.` });
};

/** Encryption key of all organizations, from `EXECUTOR_SECRET_KEY`: 32 bytes in base64. */
export const secretKeyLayer = (text: string | undefined): Layer.Layer<SecretKey, SecretKeyError> =>
  Layer.effect(
    SecretKey,
    Effect.mapError(
      SecretKey.fromBase64(text ?? ""),
      ({ message }) =>
        new SecretKeyError({
          message: `EXECUTOR_SECRET_KEY is no encryption key. ${message} Give 32 bytes in base64 as that secret, such as: openssl rand -base64 32`,
        }),
    ),
  );
