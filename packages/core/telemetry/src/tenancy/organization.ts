import { Context, Fiber, Metric, MetricRegistry } from "effect";

/** Where measurements go: the series of one organization in this process, or those of the process itself. */
export class MetricsOwner {
  readonly registry: MetricRegistry.MetricRegistry;
  maxSeries: number;
  /** Label sets that count against {@link maxSeries}. */
  series = 0;

  constructor(registry: MetricRegistry.MetricRegistry, maxSeries: number) {
    this.registry = registry;
    this.maxSeries = maxSeries;
  }
}

/** An organization's own metrics, empty; at most `maxSeries` label sets, all its metrics together. */
export const organizationMetrics = (maxSeries: number): MetricsOwner =>
  new MetricsOwner(MetricRegistry.make(), maxSeries);

/** On whose behalf a fiber measures. */
export class Organization extends Context.Reference<Organization>()(
  "@executor/telemetry/Organization",
  { defaultValue: (): MetricsOwner | undefined => undefined },
) {}

const ofProcess = new MetricsOwner(Metric.globalMetricRegistry, Number.POSITIVE_INFINITY);

/** Every registry whose series are the process's. */
export const processRegistries: ReadonlyArray<MetricRegistry.MetricRegistry> = [ofProcess.registry];

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
