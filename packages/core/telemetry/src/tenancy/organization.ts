import { Context, Fiber } from "effect";
import { globalRegistry, makeRegistry } from "../instruments/recording.ts";
import type { Registry } from "../instruments/recording.ts";

/** The owner of measurements: one organization in this process, or the process itself. */
export class MetricsOwner {
  readonly registry: Registry;
  maxSeries: number;
  /** Label sets that count against {@link maxSeries}. */
  series = 0;

  constructor(registry: Registry, maxSeries: number) {
    this.registry = registry;
    this.maxSeries = maxSeries;
  }
}

/** An organization's own metrics, empty; at most `maxSeries` label sets, all its metrics together. */
export const organizationMetrics = (maxSeries: number): MetricsOwner =>
  new MetricsOwner(makeRegistry(), maxSeries);

/** The owner of the measurements that a fiber makes. */
export class Organization extends Context.Reference<Organization>()(
  "@executor/telemetry/Organization",
  { defaultValue: (): MetricsOwner | undefined => undefined },
) {}

/** Apart from Effect's own registry, which then holds only the records of Effect and of foreign code. */
const ofProcess = new MetricsOwner(makeRegistry(), Number.POSITIVE_INFINITY);

/** The registries of the process: that of its instruments, and Effect's own. */
export const processRegistries: ReadonlyArray<Registry> = [ofProcess.registry, globalRegistry];

/** Sets the greatest number of label sets for all metrics of the process together. */
export const limitProcessSeries = (maxSeries: number): void => {
  ofProcess.maxSeries = maxSeries;
};

let outsideFibers: (() => MetricsOwner | undefined) | undefined;

/**
 * From now on, each measurement goes to the {@link Organization} of the fiber that makes it. Where no fiber runs, such as in a
 * timer, it goes to the owner that `current` returns. A measurement without an organization goes to the process's own metrics,
 * which no organization sees. Call it once, before the first measurement; a process that serves one organization never calls it.
 */
export const separateOrganizations = (current: () => MetricsOwner | undefined): void => {
  outsideFibers = current;
};

/** The owner of a measurement that is made now. */
export const currentOwner = (): MetricsOwner => {
  if (outsideFibers === undefined) return ofProcess;
  const fiber = Fiber.getCurrentFiber();
  if (fiber._tag === "Some") {
    const owner = Context.get(fiber.value.currentContext, Organization);
    if (owner !== undefined) return owner;
  }
  return outsideFibers() ?? ofProcess;
};

/** State that is kept for each organization, and made when it is first used on the organization's behalf. */
export const perOrganization = <A>(make: (owner: MetricsOwner) => A): (() => A) => {
  const states = new WeakMap<MetricsOwner, { readonly value: A }>();
  let lastOwner: MetricsOwner | undefined;
  let last: { readonly value: A } | undefined;
  return () => {
    const owner = currentOwner();
    if (owner === lastOwner && last !== undefined) return last.value;
    let state = states.get(owner);
    if (state === undefined) {
      state = { value: make(owner) };
      states.set(owner, state);
    }
    lastOwner = owner;
    last = state;
    return state.value;
  };
};
