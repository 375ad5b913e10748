import { randomTraceId } from "./ids.ts";
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

/** Traces beyond the operator's choice that callers may cause in a second, and at once after a quiet time. */
const extraPerSecond = 10;
const extraAtOnce = 100;

class Allowance {
  readonly #now: () => number;
  #left = extraAtOnce;
  #filledAt: number;

  constructor(now: () => number) {
    this.#now = now;
    this.#filledAt = now();
  }

  /** Adds what has come with time, and `more`. */
  fill(more = 0): void {
    const time = this.#now();
    const added = ((time - this.#filledAt) / 1_000) * extraPerSecond + more;
    this.#left = Math.min(extraAtOnce, this.#left + added);
    this.#filledAt = time;
  }

  /** Takes one; `false` where none is left. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

/**
 * Takes this part of all traces by the last seven bytes of their ids, which W3C Trace Context wants to be random. A caller chooses
 * the id: each of its traces adds the part to an allowance, and each that is taken spends one. Random ids earn what they spend,
 * and ids that are chosen to be taken are refused when the allowance is gone.
 */
const traceIdRatio = (ratio: number, now: () => number): Sampler => {
  const bound = ratio * 2 ** idBits;
  const allowance = new Allowance(now);
  return (traceId, parent) => {
    const isTaken = Number.parseInt(traceId.slice(-idBits / 4), 16) < bound;
    if (parent === undefined) return isTaken;
    allowance.fill(ratio);
    return isTaken && allowance.take();
  };
};

/**
 * Follows the caller's sampled flag, and asks `root` where there is none. A caller that sets the flag on everything would take the
 * choice from the operator, so beyond an allowance `root` decides about its traces too, by an id that the caller did not choose.
 */
const parentBased = (root: Sampler, now: () => number): Sampler => {
  const allowance = new Allowance(now);
  return (traceId, parent) => {
    if (parent === undefined) return root(traceId, parent);
    if (!parent.sampled) return false;
    if (root === alwaysOn) return true;
    allowance.fill();
    return allowance.take() || root(randomTraceId(), undefined);
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
      return traceIdRatio(ratio, now);
    case "parentbased_always_on":
      return parentBased(alwaysOn, now);
    case "parentbased_always_off":
      return parentBased(alwaysOff, now);
    case "parentbased_traceidratio":
      return parentBased(traceIdRatio(ratio, now), now);
  }
};
