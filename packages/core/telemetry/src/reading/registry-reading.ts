import { MetricKeyType, MetricState, Option } from "effect";
import type { MetricPair } from "effect";
import { catalogue, findDefinition, isBudgeted } from "../labels/label-sets.ts";
import { entriesOf, isRetired, retirements, sizeOf } from "../instruments/recording.ts";
import { currentOwner, perOrganization, processRegistries } from "../tenancy/organization.ts";
import {
  CounterSource,
  FrequencySource,
  GaugeSource,
  HistogramSource,
  Selections,
  SummarySource,
} from "./sources.ts";
import { readLabels, reservedLabels, toReadUnit, unitOfTags } from "./identity.ts";
import type { Hook, Key, Registry, State } from "../instruments/recording.ts";
import type { Metric, MetricType, Series } from "./series.ts";
import type { Source } from "./sources.ts";
import { atOnce } from "./slices.ts";
import { gauge } from "../instruments/instrument.ts";

/** The declaration of a metric: of its unit in UCUM, and of its help text. */
export interface MetricDefinition {
  readonly unit: string;
  readonly description: string;
}

export type FindDefinition = (name: string) => MetricDefinition | undefined;

export interface RegistryReadingOptions {
  /** The registries that are read, in this order; those of the process unless given. */
  readonly registries?: ReadonlyArray<Registry>;
  /** Finds the declaration of a metric; in the catalogue of instruments unless given. */
  readonly definition?: FindDefinition;
  /** Runs before each reading; it brings observed gauges up to date unless given. */
  readonly observe?: () => void;
}

/** Sources between two yields. */
const step = 512;

/**
 * Reads registries time after time: a series that has not changed since the reading before is the same object, and one that has
 * is another. While no series comes or goes, only states are read.
 */
export class RegistryReading {
  readonly #walks: ReadonlyArray<RegistryWalk>;
  readonly #maker: SourceMaker;
  readonly #observe: () => void;
  #series: ReadonlyArray<Series> = [];

  constructor({
    registries = processRegistries,
    definition = findDefinition,
    observe: observeBefore = observe,
  }: RegistryReadingOptions = {}) {
    this.#walks = registries.map((registry) => new RegistryWalk(registry));
    this.#maker = new SourceMaker(definition);
    this.#observe = observeBefore;
  }

  /**
   * Gives every live series, in the order of first recording; the same array where
   * nothing has changed. Each series is read whole, and at some time between the first step and the last. It yields every few
   * hundred series, and may be left before its end.
   */
  *steps(): Generator<void, ReadonlyArray<Series>> {
    this.#observe();
    const last = this.#series;
    const next = new SeriesList(last);
    for (const walk of this.#walks) {
      if (!walk.isCurrent()) yield* walk.steps(this.#maker);
      const { sources } = walk;
      for (let from = 0; from < sources.length; from += step) {
        readRange(sources, from, next);
        yield;
      }
    }
    this.#series = next.finish();
    return this.#series;
  }

  /** {@link steps} without a pause. */
  read(): ReadonlyArray<Series> {
    return atOnce(this.steps());
  }
}

/** A list of series that is written from its start, and is the list before as long as it has the same series. */
class SeriesList {
  readonly #before: ReadonlyArray<Series>;
  #changed: Array<Series> | undefined;
  #length = 0;

  constructor(before: ReadonlyArray<Series>) {
    this.#before = before;
  }

  push(series: Series): void {
    if (this.#before[this.#length] !== series) {
      this.#changed ??= this.#before.slice();
      this.#changed[this.#length] = series;
    }
    this.#length += 1;
  }

  finish(): ReadonlyArray<Series> {
    if (this.#changed === undefined && this.#length === this.#before.length) return this.#before;
    const series = this.#changed ?? this.#before.slice();
    series.length = this.#length;
    return series;
  }
}

/** Reads up to {@link step} sources. A function and no generator, which engines run faster. */
const readRange = (sources: ReadonlyArray<Source>, from: number, into: SeriesList): void => {
  const end = Math.min(from + step, sources.length);
  for (let index = from; index < end; index += 1) {
    const source = sources[index];
    if (source instanceof CounterSource) {
      const series = source.read();
      if (series !== undefined) into.push(series);
    } else if (source instanceof FrequencySource) {
      for (const series of source.read()) into.push(series);
    } else {
      const series = source?.read();
      if (series !== undefined) into.push(series);
    }
  }
};

/** A snapshot of Effect's registry, such as `Metric.unsafeSnapshot()`. */
export type Pairs = Iterable<MetricPair.MetricPair.Untyped>;

/** Every live series of the process as Effect's pairs of keys and states, observed gauges brought up to date. */
export const snapshot = (): ReadonlyArray<MetricPair.MetricPair.Untyped> => {
  observe();
  return processRegistries
    .flatMap((registry) => registry.snapshot())
    .filter(({ metricKey }) => !isRetired(metricKey));
};

/** The series of Effect's pairs of keys and states, as a snapshot of a registry has them. */
export const readPairs = (
  pairs: Pairs,
  definition: FindDefinition = findDefinition,
): ReadonlyArray<Series> => {
  const maker = new SourceMaker(definition);
  return [...pairs].flatMap(({ metricKey, metricState }) => {
    const source = maker.make(metricKey, { get: () => metricState });
    if (source === undefined) return [];
    return source.read() ?? [];
  });
};

/** The sources of a registry's live entries, in the registry's order. */
class RegistryWalk {
  sources: ReadonlyArray<Source> = [];
  readonly #registry: Registry;
  /** Entries at the last walk. */
  #size: number | undefined;
  #retirements = 0;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Whether the live entries are those of the last walk. */
  isCurrent(): boolean {
    return (
      this.#size !== undefined &&
      this.#size === sizeOf(this.#registry) &&
      this.#retirements === retirements()
    );
  }

  /**
   * Goes through all entries, yielding on the way, where Effect's own snapshot makes two objects for each of them in one piece.
   * Sources of entries that are still live stay.
   */
  *steps(maker: SourceMaker): Generator<void, void> {
    const retirementsBefore = retirements();
    const known = this.sources;
    const sources: Array<Source> = [];
    let nextKnown = 0;
    let size = 0;
    for (const [key, hook] of entriesOf(this.#registry)) {
      size += 1;
      if (size % step === 0) yield;
      if (isRetired(key) || isOfFibers(key)) continue;
      for (let gone = known[nextKnown]; gone !== undefined && isRetired(gone.key);) {
        nextKnown += 1;
        gone = known[nextKnown];
      }
      const candidate = known[nextKnown];
      if (candidate?.key === key) {
        candidate.hook = hook;
        sources.push(candidate);
        nextKnown += 1;
      } else {
        const made = maker.make(key, hook);
        if (made !== undefined) sources.push(made);
      }
    }
    this.sources = sources;
    this.#size = size;
    this.#retirements = retirementsBefore;
  }
}

/**
 * Whether Effect counts its own fibers here. They tell an operator nothing that the event loop's delay and the work under way do
 * not, and would be a third of an idle process's series.
 */
const isOfFibers = ({ name }: Key): boolean => name.startsWith("effect_fiber_");

type Kind = MetricType | "frequency";

interface KnownMetric {
  readonly metric: Metric;
  readonly divisor: number;
  readonly unitInTags: boolean;
}

/** Makes the source of an entry. What the series of one metric share is worked out once. */
class SourceMaker {
  readonly #definition: FindDefinition;
  readonly #metrics = new Map<string, KnownMetric>();
  readonly #selections = new Selections();

  constructor(definition: FindDefinition) {
    this.#definition = definition;
  }

  /** `undefined` for a kind of metric that is not known here. */
  make(key: Key, hook: Hook): Source | undefined {
    const state = hook.get();
    const kind = kindOf(key, state);
    if (kind === undefined) return undefined;
    const { metric, divisor, unitInTags } = this.#metric(key, kind);
    const labels = readLabels(key.tags, { reserved: reservedLabels[kind], unitInTags });
    const options = { ...labels, key, hook, metric, divisor };
    if (MetricState.isHistogramState(state)) {
      return new HistogramSource(options, this.#selections.bounds(state.buckets, divisor));
    }
    if (MetricState.isSummaryState(state)) {
      return new SummarySource(options, this.#selections.quantiles(state.quantiles));
    }
    if (kind === "frequency") return new FrequencySource(options);
    return kind === "gauge" ? new GaugeSource(options) : new CounterSource(options);
  }

  #metric(key: Key, kind: Kind): KnownMetric {
    const { name, tags } = key;
    const definition = this.#definition(name);
    const recordedUnit = definition === undefined ? unitOfTags(tags) : definition.unit;
    const recorded = Option.getOrElse(key.description, () => "");
    const identity = [kind, name, recorded, recordedUnit].join("\u0000");
    const known = this.#metrics.get(identity);
    if (known !== undefined) return known;
    const { unit, divisor } = toReadUnit(recordedUnit);
    const declared = definition !== undefined;
    const description = recorded === "" ? (definition?.description ?? "") : recorded;
    const type = kind === "frequency" ? "counter" : kind;
    const made = {
      metric: { name, description, unit, type, declared },
      divisor,
      unitInTags: !declared,
    };
    this.#metrics.set(identity, made);
    return made;
  }
}

const kindOf = ({ keyType }: Key, state: State): Kind | undefined => {
  if (MetricState.isCounterState(state)) {
    return MetricKeyType.isCounterKey(keyType) && keyType.incremental ? "counter" : "sum";
  }
  if (MetricState.isGaugeState(state)) return "gauge";
  if (MetricState.isHistogramState(state)) return "histogram";
  if (MetricState.isSummaryState(state)) return "summary";
  return MetricState.isFrequencyState(state) ? "frequency" : undefined;
};

const currentObservers = perOrganization(() => new Set<() => void>());

/**
 * Registers `observer` to run before every reading, where it sets gauges (an observable instrument's callback, in OpenTelemetry's
 * terms). It must not throw or wait. It belongs to the organization on whose behalf it is registered. Returns a function that
 * removes it.
 */
export const observeBeforeSnapshot = (observer: () => void): (() => void) => {
  const observers = currentObservers();
  observers.add(observer);
  return () => {
    observers.delete(observer);
  };
};

/** Brings observed gauges up to date, for the current organization. */
export const observe = (): void => {
  for (const observer of currentObservers()) observer();
  observeLabelBudgets();
};

const series = gauge({
  name: "executor.metrics.series",
  description:
    "Label sets of the metrics that have used a tenth of their limit or more; those of the others together are _OTHER.",
  unit: "{series}",
  labels: ["metric"],
});

const seriesLimit = gauge({
  name: "executor.metrics.series.limit",
  description:
    "Label sets that a metric may hold before further ones share its overflow series, where it has used a tenth of them or more.",
  unit: "{series}",
  labels: ["metric"],
});

const budget = gauge({
  name: "executor.metrics.budget",
  description:
    "Label sets that all metrics together may hold, those about metrics apart; absent where there is no such limit.",
  unit: "{series}",
  labels: [],
});

/** The share of its limit from which a metric has series of its own about its label sets. */
const notableShare = 0.1;

/** Brings `executor.metrics.series` and the limits up to date, for every instrument in the catalogue. */
const observeLabelBudgets = (): void => {
  const { maxSeries } = currentOwner();
  if (Number.isFinite(maxSeries)) budget.set(maxSeries, {});
  else budget.remove({});
  let others = 0;
  for (const { definition, labelSets, maxLabelSets } of catalogue()) {
    const labels = { metric: definition.name };
    const [sets, limit] = [labelSets(), maxLabelSets()];
    if (sets >= limit * notableShare) {
      seriesLimit.set(limit, labels);
      series.set(sets, labels);
    } else {
      seriesLimit.remove(labels);
      series.remove(labels);
      if (isBudgeted(definition.name)) others += sets;
    }
  }
  series.set(others, { metric: "_OTHER" });
};
