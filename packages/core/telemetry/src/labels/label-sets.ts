import { MetricLabel } from "effect";
import type { SavedSeries } from "../instruments/recording.ts";
import { limitProcessSeries, perOrganization } from "../tenancy/organization.ts";
import type { MetricsOwner } from "../tenancy/organization.ts";
import type { MetricBoundaries } from "effect";
import { toReadUnit } from "../reading/identity.ts";

/** Label sets that metrics may hold before further ones share their metric's overflow series. */
export interface LabelBudgets {
  /** All metrics of the process together, those about metrics themselves apart. */
  readonly total: number;
  /** By OpenTelemetry name, in place of the instrument's own. */
  readonly perMetric: ReadonlyMap<string, number>;
}

let perMetric: ReadonlyMap<string, number> = new Map();

/** Sets the budgets from now on; existing series stay. For an organization's total see `organizationMetrics`. */
export const limitLabelSets = (budgets: LabelBudgets): void => {
  perMetric = budgets.perMetric;
  limitProcessSeries(budgets.total);
};

/** The budget that an operator chose for this metric. */
const chosenBudget = (name: string): number | undefined => perMetric.get(name);

const defaultMaxLabelSets = 2_000;

/** OpenTelemetry's metrics SDK specification, "Overflow attribute". */
const overflowLabel = "otel.metric.overflow";
const overflowLabels = [MetricLabel.make(overflowLabel, "true")];

/** Metrics about metrics are outside the budget of all metrics together: they must be there to tell that it is spent. */
export const isBudgeted = (name: string): boolean => !name.startsWith("executor.metrics.");

export interface LabelSets<Series> {
  /** The series of these values; the overflow series once the budget is spent. */
  readonly resolve: (values: LabelValues<string>) => Series;
  /** The series of these values, where a measurement has made it. */
  readonly find: (values: LabelValues<string>) => Series | undefined;
}

/**
 * One level of a trie over label values: it leads to more levels, or to the series where its label is the last one. Most labels
 * have one value under those before them (a tool has one source), which is found without a map.
 */
class LabelTrie<Series> {
  #first: string | undefined;
  #firstLevel: LabelTrie<Series> | undefined;
  #firstSeries: Series | undefined;
  #levels: Map<string, LabelTrie<Series>> | undefined;
  #series: Map<string, Series> | undefined;

  findLevel(value: string): LabelTrie<Series> | undefined {
    return value === this.#first ? this.#firstLevel : this.#levels?.get(value);
  }

  findSeries(value: string): Series | undefined {
    return value === this.#first ? this.#firstSeries : this.#series?.get(value);
  }

  addLevel(value: string): LabelTrie<Series> {
    const level = new LabelTrie<Series>();
    if (this.#first === undefined) {
      this.#first = value;
      this.#firstLevel = level;
    } else {
      this.#levels ??= new Map();
      this.#levels.set(value, level);
    }
    return level;
  }

  addSeries(value: string, series: Series): Series {
    if (this.#first === undefined) {
      this.#first = value;
      this.#firstSeries = series;
    } else {
      this.#series ??= new Map();
      this.#series.set(value, series);
    }
    return series;
  }
}

/** The series of an instrument for one organization, or for the process. */
class OwnerState<Series, Base> {
  readonly owner: MetricsOwner;
  /** Series are made from it. Each owner has one, because a series of no labels is found through it. */
  readonly base: Base;
  readonly root = new LabelTrie<Series>();
  known = 0;
  overflow: Series | undefined;

  constructor(owner: MetricsOwner, base: Base) {
    this.owner = owner;
    this.base = base;
  }
}

/** Makes the series of an instrument. */
export interface SeriesMaker<Series, Base> {
  /** The part that the series of one owner share. */
  readonly base: () => Base;
  readonly make: (
    base: Base,
    labels: ReadonlyArray<MetricLabel.MetricLabel>,
    owner: MetricsOwner,
  ) => Series;
  /** Continues from a saved total; one of another kind of metric does nothing. Absent where series are observed anew. */
  readonly restore?: (series: Series, saved: SavedSeries) => void;
}

/**
 * The series of one instrument by label set, apart for each organization. Each is made once, its labels sorted, because making
 * one costs a hundred times as much as recording to it; finding one makes no string and no object. Values are looked up in the
 * order in which labels are declared, so the most selective label had better come first. Beyond the budget of `definition` all
 * further sets share one overflow series, and `onOverflow` is called with each measurement that goes there.
 */
export const labelSets = <Series, Base>(
  definition: InstrumentDefinition,
  { base, make, restore }: SeriesMaker<Series, Base>,
  onOverflow: (name: string) => void,
): LabelSets<Series> => {
  type State = OwnerState<Series, Base>;
  const labelKeys = definition.labels;
  const last = Math.max(labelKeys.length - 1, 0);
  /** A metric without labels has its one series where an absent label would be. */
  const lastKey = labelKeys[last] ?? "";
  const zeros = combinations(definition.zeros);
  const currentState = perOrganization((owner) => {
    const state = new OwnerState<Series, Base>(owner, base());
    if (hasRoom(state, zeros.length)) for (const values of zeros) add(state, values);
    return state;
  });
  const max = definition.maxLabelSets ?? defaultMaxLabelSets;
  const declared = typeof max === "number" ? () => max : max;
  const { detail, name } = definition;
  /** An operator's budget of a metric with a detail is the detail's. */
  const maxLabelSets = () => (detail === undefined ? chosenBudget(name) : undefined) ?? declared();
  const isDetailed = ({ known }: State): boolean =>
    detail === undefined || known < (chosenBudget(name) ?? detail.sets);
  const counted = isBudgeted(name);

  /** Values are looked up as they come, since most are short enough, and then in the form in which they are kept. */
  const find = (state: State, values: LabelValues<string>): Series | undefined => {
    let level = state.root;
    for (let depth = 0; depth < last; depth += 1) {
      const value = values[labelKeys[depth] ?? ""] ?? "";
      const next = level.findLevel(value) ?? level.findLevel(boundedLabelValue(value));
      if (next === undefined) return undefined;
      level = next;
    }
    const value = values[lastKey] ?? "";
    return level.findSeries(value) ?? level.findSeries(boundedLabelValue(value));
  };
  const add = (state: State, values: LabelValues<string>): Series => {
    const bounded = labelKeys.map((key) => [key, boundedLabelValue(values[key])] as const);
    const labels = bounded
      .filter(([, value]) => value !== "")
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, value]) => MetricLabel.make(key, value));
    let level = state.root;
    for (const [, value] of bounded.slice(0, last)) {
      level = level.findLevel(value) ?? level.addLevel(value);
    }
    state.known += 1;
    if (counted) state.owner.series += 1;
    const series = make(state.base, labels, state.owner);
    return level.addSeries(bounded[last]?.[1] ?? "", series);
  };

  const overflow = (state: State): Series =>
    (state.overflow ??= make(state.base, overflowLabels, state.owner));
  const hasRoom = ({ known, owner }: State, sets = 1): boolean =>
    known + sets <= maxLabelSets() && (!counted || owner.series + sets <= owner.maxSeries);

  register({
    definition,
    labelSets: () => currentState().known,
    maxLabelSets,
    restore: (saved) => {
      if (restore === undefined) return;
      const state = currentState();
      const { labels } = saved;
      if (labels[overflowLabel] !== undefined) restore(overflow(state), saved);
      else if (Object.keys(labels).every((key) => labelKeys.includes(key))) {
        const values: LabelValues<string> = labels;
        restore(find(state, values) ?? add(state, values), saved);
      }
    },
  });

  return {
    find: (values) => find(currentState(), values),
    resolve: (values) => {
      const state = currentState();
      const existing = find(state, values);
      if (existing !== undefined) return existing;
      const kept = isDetailed(state) ? values : { ...values, [detail?.label ?? ""]: other };
      const collective = kept === values ? undefined : find(state, kept);
      if (collective !== undefined) return collective;
      if (hasRoom(state)) return add(state, kept);
      onOverflow(name);
      return overflow(state);
    },
  };
};

/** Every label set that takes one of the values of each label. */
const combinations = (zeros: Zeros<string> | undefined): ReadonlyArray<LabelValues<string>> =>
  zeros === undefined
    ? []
    : Object.entries(zeros).reduce<ReadonlyArray<LabelValues<string>>>(
        (sets, [label, values]) =>
          sets.flatMap((set) => values.map((value) => ({ ...set, [label]: value }))),
        [{}],
      );

const maxBytes = 128;
const encoder = new TextEncoder();
const scratch = new Uint8Array(maxBytes);

/** A label's value as it is recorded: at most 128 bytes of UTF-8, never half a character, `""` where absent. */
export const boundedLabelValue = (value: string | undefined): string => {
  if (value === undefined) return "";
  if (value.length * 3 <= maxBytes) return value;
  const { read } = encoder.encodeInto(value, scratch);
  return read < value.length ? value.slice(0, read) : value;
};

/** The value of a label for everything that has none of its own. */
export const other = "_OTHER";

/** Declaration of an instrument, made once at module scope. */
export interface InstrumentOptions<Label extends string> {
  /** OpenTelemetry name: lower case, dots between namespaces, no unit and no `_total`. */
  readonly name: string;
  readonly description: string;
  /** UCUM unit: `s`, `By`, `1`, or an annotation such as `{call}`. */
  readonly unit: string;
  /** The closed list of label keys; a measurement can carry no other. */
  readonly labels: ReadonlyArray<Label>;
  /**
   * The number of label sets beyond which measurements go to the overflow set. A function where it depends on something
   * that grows, such as the number of tools.
   */
  readonly maxLabelSets?: number | (() => number);
  /**
   * The number of label sets beyond which `label` is `_OTHER` in each further one, whose other labels stay: for series that cost
   * much and are read mostly in sum. An operator's budget for the metric takes the place of `sets`.
   */
  readonly detail?: { readonly label: NoInfer<Label>; readonly sets: number };
}

/** Some values of each label. */
export type Zeros<Label extends string> = { readonly [Key in Label]: ReadonlyArray<string> };

/** Declaration of an instrument whose series have one value. */
export interface NumberOptions<Label extends string> extends InstrumentOptions<Label> {
  /**
   * The label sets that stand at 0 before anything is recorded: every combination of these values. A server sees the first
   * increment of such a series, while `increase` ignores the value that a series begins with. For few and fixed sets; where the
   * budget has no room for all of them, none does.
   */
  readonly zeros?: Zeros<NoInfer<Label>>;
}

export interface InstrumentDefinition extends NumberOptions<string> {
  readonly type: "counter" | "gauge" | "histogram";
  readonly boundaries?: MetricBoundaries.MetricBoundaries;
}

/** The values of one measurement's labels. `undefined` and `""` both mean that the label is absent. */
export type LabelValues<Label extends string> = {
  readonly [Key in Label]: string | undefined;
};

/** An instrument in the catalogue: its definition, and its label budget for the current organization. */
export interface CatalogueEntry {
  readonly definition: InstrumentDefinition;
  readonly labelSets: () => number;
  readonly maxLabelSets: () => number;
  /** Continues counting from there, on behalf of the current organization. */
  readonly restore: (saved: SavedSeries) => void;
}

const entries = new Map<string, CatalogueEntry>();

/**
 * Adds an instrument under its name. A second instrument of the same name is a programming error and throws: two types under
 * one name cannot be exported (OpenTelemetry metrics data model, "Metric identity"). So is a duration in another unit than
 * seconds: saved totals are in the unit that is read.
 */
export const register = (entry: CatalogueEntry): void => {
  const { name, unit } = entry.definition;
  if (toReadUnit(unit).divisor !== 1) {
    throw new Error(`The metric ${name} records in ${unit}; durations are recorded in seconds.`);
  }
  if (entries.has(name)) {
    throw new Error(
      `The metric ${name} is defined twice; give one of the instruments another name.`,
    );
  }
  entries.set(name, entry);
};

/** The definition of the instrument with this OpenTelemetry name. */
export const findDefinition = (name: string): InstrumentDefinition | undefined =>
  entries.get(name)?.definition;

/** The catalogue's entry for this OpenTelemetry name. */
export const findEntry = (name: string): CatalogueEntry | undefined => entries.get(name);

/** Every instrument that the loaded modules define, in order of definition. */
export const catalogue = (): Iterable<CatalogueEntry> => entries.values();

/**
 * Continues counting from saved totals. To be called on the organization's behalf, before anything is recorded on it. Series
 * that no instrument declares any more, or declares with other bounds, are left out.
 */
export const restoreSeries = (series: Iterable<SavedSeries>): void => {
  for (const saved of series) findEntry(saved.name)?.restore(saved);
};
