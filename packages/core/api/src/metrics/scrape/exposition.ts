import { observe, RegistryReader } from "@executor/telemetry";
import { Effect } from "effect";
import type { Conflicts } from "../families/conflicts.ts";
import type { FindDefinition } from "../families/descriptor.ts";
import type { ExpositionFormat } from "../format.ts";
import type { Pair } from "../families/point.ts";
import { Renderer } from "./renderer.ts";
import type { Body } from "./renderer.ts";
import { SeriesIndex } from "../families/series-index.ts";

export interface ExpositionOptions {
  /** Every live series with its state, where they are not simply those of a registry. Called once for each rendering. */
  readonly snapshot?: () => ReadonlyArray<Pair>;
  /** The registry; that of the process unless given. */
  readonly registry?: RegistryReader;
  /** What a metric of a name declares; the catalogue's own definitions unless given. */
  readonly definition?: FindDefinition;
}

export interface RenderOptions {
  /** Only the families of these names, or with samples of these names; all unless given. */
  readonly names?: ReadonlySet<string> | undefined;
}

export interface Rendering extends Body {
  /** Of the whole registry, whatever `names` leaves out. */
  readonly conflicts: Conflicts;
}

/** For how many milliseconds the event loop is held at a time. */
const sliceMillis = 4;

/**
 * What is exposed of one registry. It remembers what it wrote, so that a rendering costs what changed since the one before;
 * hence one for each registry, for as long as the registry lives.
 */
export class Exposition {
  readonly #registry: RegistryReader | undefined;
  readonly #snapshot: () => ReadonlyArray<Pair>;
  readonly #index: SeriesIndex;
  readonly #renderer = new Renderer();
  readonly #one = Effect.unsafeMakeSemaphore(1);
  /** An update of the index that an interruption left before its end. */
  #unfinished: Generator<void, void> | undefined;

  constructor({ snapshot, registry = new RegistryReader(), definition }: ExpositionOptions = {}) {
    this.#registry = snapshot === undefined ? registry : undefined;
    this.#snapshot = snapshot ?? (() => registry.snapshot());
    this.#index = new SeriesIndex(definition);
  }

  /**
   * Writes all metrics; one rendering begins when the one before has ended. Each series is read whole, and later than
   * the rendering was asked for. The event loop goes on every few milliseconds. It can be interrupted at any time; what was
   * done is not lost.
   */
  readonly render = (
    format: ExpositionFormat,
    { names }: RenderOptions = {},
  ): Effect.Effect<Rendering> =>
    this.#one.withPermits(1)(inSlices(() => this.#steps(format, names)));

  *#steps(
    format: ExpositionFormat,
    names: ReadonlySet<string> | undefined,
  ): Generator<void, Rendering> {
    if (this.#unfinished !== undefined) yield* this.#unfinished;
    this.#unfinished = this.#update();
    yield* this.#unfinished;
    this.#unfinished = undefined;
    const body = yield* this.#renderer.steps(this.#index.families, format, names);
    return { ...body, conflicts: this.#index.conflicts };
  }

  *#update(): Generator<void, void> {
    const registry = this.#registry;
    if (registry !== undefined) {
      observe();
      const isRead =
        registry.isUnchanged() && (yield* this.#index.readSteps((key) => registry.hook(key)));
      if (isRead) return;
    }
    const pairs = this.#snapshot();
    // The snapshot alone may have taken a slice.
    yield;
    yield* this.#index.steps(pairs);
  }
}

/** Runs a generator to its end, and lets the event loop go on whenever a slice of time is used up. */
const inSlices = <A>(make: () => Generator<void, A>): Effect.Effect<A> =>
  Effect.suspend(() => {
    const steps = make();
    const next: Effect.Effect<A> = Effect.suspend(() => {
      const end = performance.now() + sliceMillis;
      for (;;) {
        const { done, value } = steps.next();
        if (done === true) return Effect.succeed(value);
        if (performance.now() >= end) return Effect.zipRight(eventLoop, next);
      }
    });
    return next;
  });

/** A turn of the event loop. */
const eventLoop = Effect.async<void>((resume) => {
  const immediate = setImmediate(() => resume(Effect.void));
  return Effect.sync(() => clearImmediate(immediate));
});
