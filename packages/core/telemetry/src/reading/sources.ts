import { MetricState, Option } from "effect";
import type { NativeHistogramState, NativeSnapshot } from "../instruments/native-histogram.ts";
import { recordingOf } from "../instruments/recording.ts";
import type { Exemplar, Hook, Key, Recording } from "../instruments/recording.ts";
import { withWord } from "./identity.ts";
import type { ReadLabels } from "./identity.ts";
import type {
  HistogramSeries,
  Labels,
  Metric,
  NumberSeries,
  Repair,
  SummarySeries,
} from "./series.ts";

/**
 * Sources of series: each reads one entry of Effect's registry, and makes a new series only where something in it changed.
 * One class for each kind of metric, so that each has its own call of `get`, and the engine one function to call there: half
 * of the time that one call for all takes.
 */

/** Everything of a source but its values. */
export interface SourceOptions extends ReadLabels {
  readonly key: Key;
  readonly hook: Hook;
  readonly metric: Metric;
  /** The number that recorded values are divided by. */
  readonly divisor: number;
}

export type Source =
  | CounterSource
  | GaugeSource
  | HistogramSource
  | SummarySource
  | FrequencySource;

abstract class SourceBase {
  readonly key: Key;
  hook: Hook;
  readonly metric: Metric;
  readonly labels: Labels;
  readonly repairs: ReadonlyArray<Repair>;
  readonly divisor: number;
  readonly recording: Recording | undefined;

  constructor({ key, hook, metric, labels, repairs, divisor }: SourceOptions) {
    this.key = key;
    this.hook = hook;
    this.metric = metric;
    this.labels = labels;
    this.repairs = repairs;
    this.divisor = divisor;
    this.recording = recordingOf(key);
  }
}

/** Fields that all series of one source share; they are kept with it, and not once for each value. */
type Shared = Pick<SourceBase, "metric" | "labels" | "repairs" | "recording">;

abstract class ReadBase {
  readonly source: Shared;

  constructor(source: Shared) {
    this.source = source;
  }

  get metric(): Metric {
    return this.source.metric;
  }
  get labels(): Labels {
    return this.source.labels;
  }
  get repairs(): ReadonlyArray<Repair> {
    return this.source.repairs;
  }
  get createdAt(): number | undefined {
    return this.source.recording?.createdAt;
  }
}

class ReadNumber extends ReadBase implements NumberSeries {
  readonly type = "number";
  readonly value: number | bigint;
  readonly exemplar: Exemplar | undefined;

  constructor(source: Shared, value: number | bigint, exemplar?: Exemplar) {
    super(source);
    this.value = value;
    this.exemplar = exemplar;
  }
}

export class CounterSource extends SourceBase {
  #series: NumberSeries | undefined;
  /** As it was recorded; with it a series that has not changed is not looked at. */
  #recorded: number | bigint = 0;

  read(): NumberSeries | undefined {
    const state = this.hook.get();
    if (!("count" in state) || !isNumber(state.count)) return this.#series;
    const recorded = state.count;
    if (Object.is(recorded, this.#recorded) && this.#series !== undefined) return this.#series;
    this.#recorded = recorded;
    const exemplar = scaleExemplar(this.recording?.exemplar, this.divisor);
    this.#series = new ReadNumber(this, scale(recorded, this.divisor), exemplar);
    return this.#series;
  }
}

export class GaugeSource extends SourceBase {
  #series: NumberSeries | undefined;
  #recorded: number | bigint = 0;

  read(): NumberSeries | undefined {
    const state = this.hook.get();
    if (!("value" in state) || !isNumber(state.value)) return this.#series;
    const recorded = state.value;
    if (Object.is(recorded, this.#recorded) && this.#series !== undefined) return this.#series;
    this.#recorded = recorded;
    this.#series = new ReadNumber(this, scale(recorded, this.divisor));
    return this.#series;
  }
}

/** Looking at the value suffices and costs a fraction of Effect's own predicate. */
const isNumber = (value: unknown): value is number | bigint =>
  typeof value === "number" || typeof value === "bigint";

const scale = (value: number | bigint, divisor: number): number | bigint =>
  divisor === 1 ? value : Number(value) / divisor;

const scaleExemplar = (exemplar: Exemplar | undefined, divisor: number): Exemplar | undefined =>
  divisor === 1 || exemplar === undefined
    ? exemplar
    : { ...exemplar, value: exemplar.value / divisor };

class ReadHistogram extends ReadBase implements HistogramSeries {
  readonly type = "histogram";
  readonly bounds: ReadonlyArray<number>;
  readonly counts: Float64Array;
  readonly count: number;
  readonly sum: number;
  readonly min: HistogramSeries["min"];
  readonly max: HistogramSeries["max"];
  readonly exemplars: HistogramSeries["exemplars"];
  readonly #native: NativeSnapshot | undefined;
  readonly #hasNaN: boolean;

  constructor(source: HistogramSource, state: MetricState.MetricState.Histogram) {
    super(source);
    const { divisor, recording, selection } = source;
    const { buckets, count, sum, min, max } = state;
    const { sources } = selection;
    const counts = new Float64Array(sources.length);
    let counted = 0;
    for (let index = 0; index < counts.length; index += 1) {
      const bucket = buckets[sources[index] ?? -1];
      counted = bucket === undefined ? Math.max(count, counted) : bucket[1];
      counts[index] = counted;
    }
    this.bounds = selection.selected;
    this.counts = counts;
    this.count = counted;
    this.sum = sum / divisor;
    this.min = counted === 0 ? undefined : min / divisor;
    // Effect begins with the least positive number: where nothing above it was observed, the greatest is 0 or not known.
    const greatest = max !== Number.MIN_VALUE ? max : min === 0 ? 0 : undefined;
    this.max = counted === 0 || greatest === undefined ? undefined : greatest / divisor;
    this.exemplars = recording?.exemplars?.map((exemplar) => scaleExemplar(exemplar, divisor));
    this.#native = divisor === 1 ? recording?.native?.snapshot() : undefined;
    this.#hasNaN = counted !== count && sources.at(-1) !== -1;
  }

  get native(): NativeHistogramState | undefined {
    return this.#native?.read();
  }
  override get repairs(): ReadonlyArray<Repair> {
    return this.#hasNaN ? [...this.source.repairs, "not_a_number"] : this.source.repairs;
  }
}

export class HistogramSource extends SourceBase {
  #series: HistogramSeries | undefined;
  readonly selection: Selection;
  #count = -1;
  #sum = 0;

  constructor(options: SourceOptions, selection: Selection) {
    super(withRepair(options, selection));
    this.selection = selection;
  }

  read(): HistogramSeries | undefined {
    const state = this.hook.get();
    if (!MetricState.isHistogramState(state)) return this.#series;
    if (state.count === this.#count && Object.is(state.sum, this.#sum)) return this.#series;
    this.#count = state.count;
    this.#sum = state.sum;
    this.#series = new ReadHistogram(this, state);
    return this.#series;
  }
}

class ReadSummary extends ReadBase implements SummarySeries {
  readonly type = "summary";
  readonly quantiles: SummarySeries["quantiles"];
  readonly count: number;
  readonly sum: number;

  constructor(source: SummarySource, state: MetricState.MetricState.Summary) {
    super(source);
    const { divisor, selection } = source;
    this.quantiles = selection.sources.map((recorded, index) => {
      const value = Option.getOrUndefined(state.quantiles[recorded]?.[1] ?? Option.none());
      return [selection.selected[index] ?? 0, (value ?? Number.NaN) / divisor];
    });
    this.count = state.count;
    this.sum = state.sum / divisor;
  }
}

export class SummarySource extends SourceBase {
  #series: SummarySeries | undefined;
  readonly selection: Selection;

  constructor(options: SourceOptions, selection: Selection) {
    super(withRepair(options, selection));
    this.selection = selection;
  }

  /** Quantiles change with time alone, so all values are compared. */
  read(): SummarySeries | undefined {
    const state = this.hook.get();
    if (!MetricState.isSummaryState(state)) return this.#series;
    const read = new ReadSummary(this, state);
    if (this.#series === undefined || !isSameSummary(read, this.#series)) this.#series = read;
    return this.#series;
  }
}

const withRepair = (options: SourceOptions, { repaired }: Selection): SourceOptions =>
  repaired ? { ...options, repairs: [...options.repairs, "invalid_bound"] } : options;

const isSameSummary = (left: SummarySeries, right: SummarySeries): boolean =>
  left.count === right.count &&
  Object.is(left.sum, right.sum) &&
  left.quantiles.every(([, value], index) => Object.is(value, right.quantiles[index]?.[1]));

/** A frequency is a counter for each word, with the word as a label. */
export class FrequencySource extends SourceBase {
  #series: ReadonlyArray<NumberSeries> = [];
  readonly #words = new Map<string, Shared>();

  read(): ReadonlyArray<NumberSeries> {
    const state = this.hook.get();
    if (!MetricState.isFrequencyState(state)) return this.#series;
    const last = this.#series;
    let changed: Array<NumberSeries> | undefined;
    let index = 0;
    for (const [word, count] of state.occurrences) {
      const value = BigInt(count);
      if (last[index]?.value !== value) {
        changed ??= last.slice();
        changed[index] = new ReadNumber(this.#word(word), value);
      }
      index += 1;
    }
    if (changed !== undefined) this.#series = changed;
    return this.#series;
  }

  #word(word: string): Shared {
    const { metric, labels, repairs, recording } = this;
    const known = this.#words.get(word);
    if (known !== undefined) return known;
    const made = { metric, labels: withWord(labels, word), repairs, recording };
    this.#words.set(word, made);
    return made;
  }
}

/** The bounds or quantiles that a metric records, and those that leave. */
export interface Selection {
  readonly recorded: ReadonlyArray<number>;
  readonly selected: ReadonlyArray<number>;
  /** The index among the recorded of each selected one; `-1` for a `+Inf` that was not recorded. */
  readonly sources: ReadonlyArray<number>;
  /** Whether some were left out: not numbers, out of order or out of range. */
  readonly repaired: boolean;
}

/**
 * Bounds, divided by `divisor`, strictly increasing and with `+Inf` last. Effect's own end in `+Inf`; a state made by other
 * means may lack it.
 */
const selectBounds = (recorded: ReadonlyArray<number>, divisor: number): Selection => {
  const selected: Array<number> = [];
  const sources: Array<number> = [];
  let repaired = false;
  for (const [index, recordedBound] of recorded.entries()) {
    const bound = recordedBound / divisor;
    const highest = selected.at(-1);
    if (Number.isNaN(bound) || (highest !== undefined && bound < highest)) {
      repaired = true;
      continue;
    }
    if (bound === highest) {
      selected.pop();
      sources.pop();
    }
    selected.push(bound);
    sources.push(index);
  }
  if (selected.at(-1) !== Number.POSITIVE_INFINITY) {
    selected.push(Number.POSITIVE_INFINITY);
    sources.push(-1);
  }
  return { recorded, selected, sources, repaired };
};

/** Quantiles in [0, 1], strictly increasing; of equal ones the last. */
const selectQuantiles = (recorded: ReadonlyArray<number>): Selection => {
  const last = new Map<number, number>();
  for (const [index, quantile] of recorded.entries()) {
    if (quantile >= 0 && quantile <= 1) last.set(quantile, index);
  }
  const chosen = [...last].toSorted(([left], [right]) => left - right);
  return {
    recorded,
    selected: chosen.map(([quantile]) => quantile),
    sources: chosen.map(([, index]) => index),
    repaired: recorded.some((quantile) => !(quantile >= 0 && quantile <= 1)),
  };
};

type Recorded = ReadonlyArray<readonly [number, unknown]>;

/** Selections by what was recorded, so that series with the same bounds share one. */
export class Selections {
  readonly #bounds = new Map<number, Array<Selection>>();
  readonly #quantiles: Array<Selection> = [];

  bounds(recorded: Recorded, divisor: number): Selection {
    const known = this.#bounds.get(divisor) ?? [];
    this.#bounds.set(divisor, known);
    return findOrMake(known, recorded, (values) => selectBounds(values, divisor));
  }

  quantiles(recorded: Recorded): Selection {
    return findOrMake(this.#quantiles, recorded, selectQuantiles);
  }
}

const findOrMake = (
  known: Array<Selection>,
  recorded: Recorded,
  select: (recorded: ReadonlyArray<number>) => Selection,
): Selection => {
  const existing = known.find((selection) => isRecorded(selection, recorded));
  if (existing !== undefined) return existing;
  const made = select(recorded.map(([value]) => value));
  known.push(made);
  return made;
};

const isRecorded = (selection: Selection, recorded: Recorded): boolean =>
  selection.recorded.length === recorded.length &&
  recorded.every(([value], index) => Object.is(value, selection.recorded[index]));
