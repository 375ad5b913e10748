import { MetricKey, MetricLabel } from "effect";
import type { MetricKeyType } from "effect";
import { register } from "../instruments/catalogue.ts";
import type { InstrumentDefinition, LabelValues } from "../instruments/definition.ts";
import { chosenBudget } from "./label-budgets.ts";
import { boundedLabelValue } from "./label-values.ts";
import type { SavedSeries } from "../tenancy/saved-series.ts";
import { perOrganization } from "../tenancy/organization.ts";
import type { MetricsOwner } from "../tenancy/organization.ts";

const defaultMaxLabelSets = 2_000;

/** OpenTelemetry's metrics SDK specification, "Overflow attribute". */
const overflowLabel = "otel.metric.overflow";
const overflowLabels = [MetricLabel.make(overflowLabel, "true")];

/** Metrics about metrics are outside an organization's budget: they must be there to tell that it is spent. */
const aboutMetrics = "executor.metrics.";

export interface LabelSets<Series> {
  /** The series of these values; the overflow series once the budget is spent. */
  readonly resolve: (values: LabelValues<string>) => Series;
  /** The series of these values, where a measurement has made it. */
  readonly find: (values: LabelValues<string>) => Series | undefined;
}

/**
 * What is known under the values of one label: more levels, or the series where that label is the last one. Most labels have
 * one value under those before them (a tool has one source), which is found without a map.
 */
class Level<Series> {
  #first: string | undefined;
  #firstLevel: Level<Series> | undefined;
  #firstSeries: Series | undefined;
  #levels: Map<string, Level<Series>> | undefined;
  #series: Map<string, Series> | undefined;

  findLevel(value: string): Level<Series> | undefined {
    return value === this.#first ? this.#firstLevel : this.#levels?.get(value);
  }

  findSeries(value: string): Series | undefined {
    return value === this.#first ? this.#firstSeries : this.#series?.get(value);
  }

  addLevel(value: string): Level<Series> {
    const level = new Level<Series>();
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

/** What an instrument holds for one organization, or for the process. */
class Held<Series, Key> {
  readonly owner: MetricsOwner;
  /** Without labels. One for each owner: what is recorded is found through its key. */
  readonly key: Key;
  readonly root = new Level<Series>();
  known = 0;
  overflow: Series | undefined;

  constructor(owner: MetricsOwner, key: Key) {
    this.owner = owner;
    this.key = key;
  }
}

/** How a series is made of its key, for its owner. */
interface SeriesMaker<Type extends MetricKeyType.MetricKeyType.Untyped, Series> {
  readonly make: (key: MetricKey.MetricKey<Type>, owner: MetricsOwner) => Series;
  /** Goes on from what was saved; what is saved of another kind of metric does nothing. */
  readonly restore: (series: Series, saved: SavedSeries) => void;
}

/**
 * The series of one instrument by label set, apart for each organization. Each is made once, its labels sorted, because making one costs a hundred times
 * as much as recording to it; finding it again makes no string and no object. Labels are looked for in the order they are
 * declared in: it is quickest with those first that tell most. Beyond the budget of `definition` every
 * further set shares one overflow series, and `onOverflow` hears of each measurement that went there.
 */
export const labelSets = <Type extends MetricKeyType.MetricKeyType.Untyped, Series>(
  definition: InstrumentDefinition,
  makeKey: () => MetricKey.MetricKey<Type>,
  { make, restore }: SeriesMaker<Type, Series>,
  onOverflow: (name: string) => void,
): LabelSets<Series> => {
  type OwnHeld = Held<Series, MetricKey.MetricKey<Type>>;
  const labelKeys = definition.labels;
  const last = Math.max(labelKeys.length - 1, 0);
  /** A metric without labels has its one series where an absent label would be. */
  const lastKey = labelKeys[last] ?? "";
  const heldNow = perOrganization(
    (owner) => new Held<Series, MetricKey.MetricKey<Type>>(owner, makeKey()),
  );
  const max = definition.maxLabelSets ?? defaultMaxLabelSets;
  const declared = typeof max === "number" ? () => max : max;
  const maxLabelSets = () => chosenBudget(definition.name) ?? declared();
  const isBudgeted = !definition.name.startsWith(aboutMetrics);

  /** Values are looked for as they come, since most are short enough, and then as they would be kept. */
  const find = (held: OwnHeld, values: LabelValues<string>): Series | undefined => {
    let level = held.root;
    for (let depth = 0; depth < last; depth += 1) {
      const value = values[labelKeys[depth] ?? ""] ?? "";
      const next = level.findLevel(value) ?? level.findLevel(boundedLabelValue(value));
      if (next === undefined) return undefined;
      level = next;
    }
    const value = values[lastKey] ?? "";
    return level.findSeries(value) ?? level.findSeries(boundedLabelValue(value));
  };
  const add = (held: OwnHeld, values: LabelValues<string>): Series => {
    const bounded = labelKeys.map((key) => [key, boundedLabelValue(values[key])] as const);
    const labels = bounded
      .filter(([, value]) => value !== "")
      .toSorted(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, value]) => MetricLabel.make(key, value));
    let level = held.root;
    for (const [, value] of bounded.slice(0, last)) {
      level = level.findLevel(value) ?? level.addLevel(value);
    }
    held.known += 1;
    if (isBudgeted) held.owner.series += 1;
    const series = make(MetricKey.taggedWithLabels(held.key, labels), held.owner);
    return level.addSeries(bounded[last]?.[1] ?? "", series);
  };

  const overflow = (held: OwnHeld): Series =>
    (held.overflow ??= make(MetricKey.taggedWithLabels(held.key, overflowLabels), held.owner));
  const hasRoom = ({ known, owner }: OwnHeld): boolean =>
    known < maxLabelSets() && (!isBudgeted || owner.series < owner.maxSeries);

  register({
    definition,
    labelSets: () => heldNow().known,
    maxLabelSets,
    restore: (saved) => {
      const held = heldNow();
      const { labels } = saved;
      if (labels[overflowLabel] !== undefined) restore(overflow(held), saved);
      else if (Object.keys(labels).every((key) => labelKeys.includes(key))) {
        const values: LabelValues<string> = labels;
        restore(find(held, values) ?? add(held, values), saved);
      }
    },
  });

  return {
    find: (values) => find(heldNow(), values),
    resolve: (values) => {
      const held = heldNow();
      const existing = find(held, values);
      if (existing !== undefined) return existing;
      if (hasRoom(held)) return add(held, values);
      onOverflow(definition.name);
      return overflow(held);
    },
  };
};
