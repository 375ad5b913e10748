import { Context, Fiber } from "effect";
import { globalRegistry, makeRegistry } from "../reading/registry.ts";
import type { Registry } from "../reading/registry.ts";

/** Where measurements go: the series of one organization in this process, or those of the process itself. */
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

/** On whose behalf a fiber measures. */
export class Organization extends Context.Reference<Organization>()(
  "@executor/telemetry/Organization",
  { defaultValue: (): MetricsOwner | undefined => undefined },
) {}

/** Apart from Effect's own registry, so that whoever reads that finds only what Effect and other code recorded. */
const ofProcess = new MetricsOwner(makeRegistry(), Number.POSITIVE_INFINITY);

/** The registries of the process: that of its instruments, and Effect's own. */
export const processRegistries: ReadonlyArray<Registry> = [ofProcess.registry, globalRegistry];

/** At most so many label sets of the process's own, all its metrics together. */
export const limitProcessSeries = (maxSeries: number): void => {
  ofProcess.maxSeries = maxSeries;
};

let outsideFibers: (() => MetricsOwner | undefined) | undefined;

/**
 * From here on, each measurement goes to the {@link Organization} of the fiber that makes it, or to the one that `current`
 * names where no fiber runs, such as in a timer. What is measured on behalf of none goes to the process's own metrics, which
 * no organization sees. To be called once, before anything is measured; a process that serves one organization never does.
 */
export const separateOrganizations = (current: () => MetricsOwner | undefined): void => {
  outsideFibers = current;
};

/** Where a measurement that is made now goes. */
export const currentOwner = (): MetricsOwner => {
  if (outsideFibers === undefined) return ofProcess;
  const fiber = Fiber.getCurrentFiber();
  if (fiber._tag === "Some") {
    const owner = Context.get(fiber.value.currentContext, Organization);
    if (owner !== undefined) return owner;
  }
  return outsideFibers() ?? ofProcess;
};

/** State that each organization has of its own, made when it is first asked for on the organization's behalf. */
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
