import { inSlices, RegistryReading } from "@executor/telemetry/reading";
import { Effect } from "effect";
import type { Conflicts } from "../families/conflicts.ts";
import type { ExpositionFormat } from "../format.ts";
import { Renderer } from "./renderer.ts";
import type { Body } from "./renderer.ts";
import { SeriesIndex } from "../families/series-index.ts";

export interface ExpositionOptions {
  /** Reads the series, once for each rendering; those of the process unless given. */
  readonly reading?: Pick<RegistryReading, "steps">;
}

export interface RenderOptions {
  /** Only the families of these names, or with samples of these names; all unless given. */
  readonly names?: ReadonlySet<string> | undefined;
}

export interface Rendering extends Body {
  /** Of the whole registry, whatever `names` leaves out. */
  readonly conflicts: Conflicts;
}

/**
 * The exposition of one registry. It remembers what it wrote, so that a rendering costs what changed since the one before;
 * hence one for each registry, for as long as the registry lives.
 */
export class Exposition {
  readonly #reading: Pick<RegistryReading, "steps">;
  readonly #index = new SeriesIndex();
  readonly #renderer = new Renderer();
  readonly #one = Effect.unsafeMakeSemaphore(1);
  /** An update of the index that an interruption left before its end. */
  #unfinished: Generator<void, void> | undefined;

  constructor({ reading = new RegistryReading() }: ExpositionOptions = {}) {
    this.#reading = reading;
  }

  /**
   * Writes all metrics; one rendering begins when the one before has ended. Each series is read whole, and later than
   * the rendering was asked for. The event loop gets a turn every few milliseconds. It can be interrupted at any time, and
   * nothing done until then is lost.
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
    yield* this.#index.steps(yield* this.#reading.steps());
  }
}
