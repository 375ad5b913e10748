import type { RemoteSpan } from "./trace-context.ts";

/** Decides about a whole trace: it is asked for spans without a parent in this process, and the spans below follow. */
export type Sampler = (traceId: string, parent: RemoteSpan | undefined) => boolean;

/** The values of `OTEL_TRACES_SAMPLER` (OpenTelemetry's "Environment Variable Specification") that Executor knows. */
export const samplerNames = [
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
  "always_on",
  "always_off",
  "traceidratio",
] as const;

export type SamplerName = (typeof samplerNames)[number];

const alwaysOn: Sampler = () => true;
const alwaysOff: Sampler = () => false;

const idBits = 56;

/** Takes this part of all traces by the last seven bytes of their ids, which W3C Trace Context wants to be random. */
const traceIdRatio = (ratio: number): Sampler => {
  const bound = ratio * 2 ** idBits;
  return (traceId) => Number.parseInt(traceId.slice(-idBits / 4), 16) < bound;
};

/** Traces that callers may force in a second, and at once after a quiet time. */
const forcedPerSecond = 10;
const forcedAtOnce = 100;

/**
 * Follows the caller's sampled flag, and asks `root` where there is none. A caller that sets the flag on everything would take the
 * choice from the operator, so beyond a rate `root` decides about its traces too.
 */
const parentBased = (root: Sampler, now: () => number): Sampler => {
  let tokens = forcedAtOnce;
  let filledAt = now();
  return (traceId, parent) => {
    if (parent === undefined) return root(traceId, parent);
    if (!parent.sampled) return false;
    if (root === alwaysOn) return true;
    const time = now();
    tokens = Math.min(forcedAtOnce, tokens + ((time - filledAt) / 1_000) * forcedPerSecond);
    filledAt = time;
    if (tokens < 1) return root(traceId, parent);
    tokens -= 1;
    return true;
  };
};

/** The sampler of this name. `ratio` is from 0 to 1, and only those with a ratio use it; `now` gives milliseconds. */
export const makeSampler = (
  name: SamplerName,
  ratio: number,
  now: () => number = () => performance.now(),
): Sampler => {
  switch (name) {
    case "always_on":
      return alwaysOn;
    case "always_off":
      return alwaysOff;
    case "traceidratio":
      return traceIdRatio(ratio);
    case "parentbased_always_on":
      return parentBased(alwaysOn, now);
    case "parentbased_always_off":
      return parentBased(alwaysOff, now);
    case "parentbased_traceidratio":
      return parentBased(traceIdRatio(ratio), now);
  }
};
