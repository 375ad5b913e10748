/** What Effect's own runtime metrics leave unsaid: they have no description, and no unit but a timer's tag. */
const definitions = new Map(
  Object.entries({
    effect_fiber_started: "Fibers that were started.",
    effect_fiber_active: "Fibers that are running or waiting.",
    effect_fiber_successes: "Fibers that ended with a value.",
    effect_fiber_failures: "Fibers that ended with an error, a defect or an interruption.",
    effect_fiber_lifetimes: "Time from the start of a fiber to its end.",
  }),
);

/** The help text of one of Effect's own metrics. */
export const effectMetricDescription = (name: string): string | undefined => definitions.get(name);
