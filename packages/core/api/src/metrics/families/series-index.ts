import { findDefinition, holdNativeHistogram } from "@executor/telemetry";
import type { SeriesHook } from "@executor/telemetry";
import { Selections } from "./bounds.ts";
import { Claims } from "./claims.ts";
import { ConflictCounter, reasonBit } from "./conflicts.ts";
import type { Conflicts } from "./conflicts.ts";
import { Descriptors } from "./descriptor.ts";
import type { Descriptor, FindDefinition } from "./descriptor.ts";
import type { FamilyNode } from "./family-node.ts";
import { labelRepairs, labelsIdentity } from "./labels.ts";
import { HistogramMember, merge, ScalarMember, SummaryMember } from "./indexed-series.ts";
import type { IndexedSeries, Member } from "./indexed-series.ts";
import { kindOf, readFrequency, readHistogram, readSummary } from "./point.ts";
import type { Key, Pair, State } from "./point.ts";

/** A frequency: one member for each word. */
class Words {
  hook: SeriesHook | undefined;
  readonly key: Key;
  readonly descriptor: Descriptor;
  readonly members = new Map<string, ScalarMember>();

  constructor(key: Key, descriptor: Descriptor) {
    this.key = key;
    this.descriptor = descriptor;
  }
}

/** A metric of a kind that is not known here. */
class Unknown {
  hook: SeriesHook | undefined;
  readonly key: Key;

  constructor(key: Key) {
    this.key = key;
  }
}

type Entry = Member | Words | Unknown;

/** How many entries are looked at between two yields. */
const step = 256;

/**
 * The families of a registry, kept from one snapshot to the next: what a series is called is worked out when it first appears,
 * and afterwards only values are compared. It holds at any time what an index made of the last snapshot alone would hold.
 *
 * Names, units and labels are translated by OpenTelemetry's rules, durations scaled to seconds. Whatever cannot be written as
 * it is, is repaired or left out and counted under its reason (see `conflictReasons`), so that one bad metric never costs the
 * others; of two that exclude each other, the one recorded first stays.
 */
export class SeriesIndex {
  readonly #definition: FindDefinition;
  #descriptors: Descriptors;
  #selections = new Selections();
  #claims = new Claims();
  #conflicts = new ConflictCounter();
  #entries: ReadonlyArray<Entry> = [];
  /** Families to settle. */
  #touched = new Set<FamilyNode<IndexedSeries>>();
  /** Whether the last update was carried through. */
  #whole = true;

  constructor(definition: FindDefinition = findDefinition) {
    this.#definition = definition;
    this.#descriptors = new Descriptors(definition);
  }

  /** Sorted by name. */
  get families(): ReadonlyArray<FamilyNode<IndexedSeries>> {
    return this.#claims.families;
  }

  get conflicts(): Conflicts {
    return this.#conflicts.counts;
  }

  /** Brings the index up to date with a snapshot. */
  update(pairs: Iterable<Pair>): void {
    const steps = this.steps([...pairs]);
    while (steps.next().done !== true);
  }

  /**
   * {@link update}, yielding every few hundred entries. It must be carried to its end before the next one begins; after an
   * error the next one starts afresh.
   */
  *steps(pairs: ReadonlyArray<Pair>): Generator<void, void> {
    if (!this.#whole) this.#clear();
    this.#whole = false;
    const known = yield* this.#refresh(pairs);
    if (known === undefined || !(yield* this.#reconcile(pairs, known))) {
      this.#clear();
      yield* this.#reconcile(pairs, 0);
    }
    yield* this.#settle();
  }

  /**
   * Takes over what the series of the last snapshot have counted by now, reading them one by one; for a registry that has
   * got no other series since. `false` where that does not suffice: an update must follow.
   */
  *readSteps(hookOf: (key: Key) => SeriesHook): Generator<void, boolean> {
    if (!this.#whole) return false;
    this.#whole = false;
    const entries = this.#entries;
    for (let index = 0; index < entries.length; index += 1) {
      const entry = entries[index];
      if (entry === undefined) continue;
      entry.hook ??= hookOf(entry.key);
      if (!this.#readHook(entry, entry.hook)) return false;
      if (index % step === step - 1) yield;
    }
    yield* this.#settle();
    return true;
  }

  *#settle(): Generator<void, void> {
    for (const family of this.#touched) yield* family.settle();
    this.#touched.clear();
    this.#whole = true;
  }

  /**
   * Takes over the values of the pairs that are where they were in the last snapshot; returns how many there are, `undefined`
   * where one cannot be taken over.
   */
  *#refresh(pairs: ReadonlyArray<Pair>): Generator<void, number | undefined> {
    const entries = this.#entries;
    const count = Math.min(pairs.length, entries.length);
    for (let index = 0; index < count; index += 1) {
      const entry = entries[index];
      const pair = pairs[index];
      if (entry === undefined || pair === undefined || entry.key !== pair.metricKey) return index;
      if (!this.#read(entry, pair.metricState)) return undefined;
      if (index % step === step - 1) yield;
    }
    return count;
  }

  /** A call of `get` for each kind, so that to the engine each calls one function: half of the time that one call for all takes. */
  #readHook(entry: Entry, hook: SeriesHook): boolean {
    if (entry instanceof ScalarMember) return entry.refresh(hook.get());
    if (entry instanceof HistogramMember) {
      holdNativeHistogram(entry.key);
      return entry.refresh(hook.get(), this.#conflicts);
    }
    return this.#read(entry, hook.get());
  }

  #read(entry: Entry, state: State): boolean {
    if (entry instanceof ScalarMember) return entry.refresh(state);
    if (entry instanceof HistogramMember) return entry.refresh(state, this.#conflicts);
    if (entry instanceof SummaryMember) return entry.refresh(state);
    if (entry instanceof Words) return this.#readWords(entry, state, false);
    return true;
  }

  /**
   * Takes entries out that are gone from the pairs at `from` and behind, and puts new ones in. `false` where what is there
   * would be treated in another way, had it been recorded in this order from the start.
   */
  *#reconcile(pairs: ReadonlyArray<Pair>, from: number): Generator<void, boolean> {
    if (from === pairs.length && from === this.#entries.length) return true;
    const old = new Map<Key, number>();
    for (let index = from; index < this.#entries.length; index += 1) {
      const key = this.#entries[index]?.key;
      if (key === undefined || old.has(key)) return false;
      old.set(key, index);
      if (index % step === step - 1) yield;
    }
    const next: Array<Entry | undefined> = this.#entries.slice(0, from);
    let lastKnown = from - 1;
    let lastOld = from - 1;
    for (let index = from; index < pairs.length; index += 1) {
      const pair = pairs[index];
      if (pair === undefined) continue;
      const position = old.get(pair.metricKey);
      const entry = position === undefined ? undefined : this.#entries[position];
      next.push(entry);
      if (position === undefined || entry === undefined) continue;
      if (position < lastOld || !this.#read(entry, pair.metricState)) return false;
      old.delete(pair.metricKey);
      lastOld = position;
      lastKnown = index;
      if (index % step === step - 1) yield;
    }
    for (const position of old.values()) {
      const entry = this.#entries[position];
      if (entry !== undefined && !this.#remove(entry)) return false;
      if (position % step === step - 1) yield;
    }
    const entries: Array<Entry> = [];
    for (const [index, known] of next.entries()) {
      const pair = pairs[index];
      const entry = known ?? (pair && this.#make(pair, index > lastKnown));
      if (entry === undefined) return false;
      entries.push(entry);
      if (known === undefined && index % step === step - 1) yield;
    }
    this.#entries = entries;
    return true;
  }

  /** The entry of a new pair; `last` says that none of those known stand behind it. */
  #make(pair: Pair, last: boolean): Entry | undefined {
    const { metricKey, metricState } = pair;
    const kind = kindOf(pair);
    if (kind === undefined) return new Unknown(metricKey);
    const descriptor = this.#descriptors.find(metricKey, kind);
    if (kind === "frequency") {
      const words = new Words(metricKey, descriptor);
      return this.#readWords(words, metricState, last) ? words : undefined;
    }
    const member = this.#makeMember(metricKey, descriptor, metricState);
    const placed = this.#place(member, last);
    this.#read(member, metricState);
    return placed ? member : undefined;
  }

  #makeMember(key: Key, descriptor: Descriptor, state: State): Member {
    const histogram = readHistogram(state);
    if (histogram !== undefined) {
      const selection = this.#selections.bounds(histogram.buckets, descriptor.divisor);
      return new HistogramMember(key, descriptor, selection);
    }
    const summary = readSummary(state);
    if (summary === undefined) return new ScalarMember(key, descriptor);
    const selection = this.#selections.quantiles(summary.quantiles);
    return new SummaryMember(key, descriptor, selection);
  }

  #readWords(words: Words, state: State, last: boolean): boolean {
    const occurrences = readFrequency(state);
    if (occurrences === undefined || occurrences.size < words.members.size) return false;
    for (const [word, count] of occurrences) {
      let member = words.members.get(word);
      if (member !== undefined) {
        member.set(count);
        continue;
      }
      member = new ScalarMember(words.key, words.descriptor, word);
      member.set(count);
      words.members.set(word, member);
      if (!this.#place(member, last)) return false;
    }
    return occurrences.size === words.members.size;
  }

  /** Puts a new member into its family; `false` where it should have come before others and that matters. */
  #place(member: Member, last: boolean): boolean {
    const family = this.#claims.join(member);
    if (family === undefined) {
      this.#conflicts.add(member.reasons);
      return last;
    }
    this.#touched.add(family);
    member.reasons |= labelRepairs(member.key, member.descriptor);
    const identity = labelsIdentity(member.labels);
    const existing = family.find(identity);
    if (existing === undefined) {
      family.put(identity, member);
    } else {
      const merger = merge(existing, member);
      member.reasons |= reasonBit(merger.reason);
      if (merger.reason === "duplicate" && merger.series !== existing) {
        family.put(identity, merger.series, existing);
      }
    }
    if ((member.reasons & orderedReasons) !== 0) family.ordered += 1;
    this.#conflicts.add(member.reasons);
    if (last) return true;
    const claimed = family.members === 1;
    return family.ordered === 0 && !(claimed && this.#claims.rejected > 0);
  }

  #remove(entry: Entry): boolean {
    if (entry instanceof Unknown) return true;
    const members = entry instanceof Words ? entry.members.values() : [entry];
    for (const member of members) {
      if (!this.#claims.leave(member)) return false;
      this.#conflicts.add(member.reasons, -1);
      if (member.family === undefined) continue;
      member.family.remove(member);
      this.#touched.add(member.family);
    }
    return true;
  }

  #clear(): void {
    this.#descriptors = new Descriptors(this.#definition);
    this.#selections = new Selections();
    this.#claims = new Claims();
    this.#conflicts = new ConflictCounter();
    this.#entries = [];
    this.#touched = new Set();
  }
}

const orderedReasons =
  reasonBit("duplicate") |
  reasonBit("bounds") |
  reasonBit("quantiles") |
  reasonBit("description") |
  reasonBit("unit");
