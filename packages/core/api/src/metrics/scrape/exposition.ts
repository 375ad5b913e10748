import { inSlices, RegistryReading } from "@executor/telemetry/reading";
import { Effect } from "effect";
import type { ChunkNode, Conflicts, FamilyHeader, FamilyNode } from "../families/family.ts";
import { sampleNames } from "../families/family.ts";
import type { EncodedChunk, ExpositionFormat } from "../format.ts";
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

/** The encoded chunks of an exposition, in order, and never joined. */
interface Body {
  readonly blocks: ReadonlyArray<EncodedChunk>;
  /** The size of all blocks. */
  readonly bytes: number;
}

/** The encoded chunks of one format, each kept as long as its family. */
class Rendered {
  readonly chunks = new WeakMap<ChunkNode, { version: number; block: EncodedChunk }>();
  readonly starts = new WeakMap<
    FamilyNode,
    { header: FamilyHeader; seriesBytes: number; block: EncodedChunk }
  >();
  readonly end: EncodedChunk;
  usedAt = 0;

  constructor(format: ExpositionFormat) {
    this.end = { bytes: format.end };
  }
}

/** Formats that are remembered. Each holds a body and what patches it; servers mix two, which stay below three bodies. */
const maxFormats = 2;

/** The time after which a format that nobody asks for, such as one for a person who looked once, is forgotten. */
const maxIdleMillis = 10 * 60 * 1000;

/** Writes families in any format; only what changed since it last wrote them in that format is encoded. */
export class Renderer {
  /** Formats by their ids, the one used last at the end. */
  readonly #rendered = new Map<string, Rendered>();

  /** Yields after each chunk that it had to encode. */
  *steps(
    families: ReadonlyArray<FamilyNode>,
    format: ExpositionFormat,
    names?: ReadonlySet<string>,
  ): Generator<void, Body> {
    const rendered = this.#use(format);
    const blocks: Array<EncodedChunk> = [];
    let bytes = 0;
    const push = (block: EncodedChunk): void => {
      if (block.bytes.length === 0) return;
      blocks.push(block);
      bytes += block.bytes.length;
    };
    for (const family of families) {
      if (names !== undefined && !isNamed(family.header, names)) continue;
      const encoded: Array<EncodedChunk> = [];
      let seriesBytes = 0;
      for (const chunk of family.chunks) {
        let last = rendered.chunks.get(chunk);
        if (last?.version !== chunk.version) {
          const { version } = chunk;
          last = { version, block: format.renderChunk(chunk, last?.block) };
          rendered.chunks.set(chunk, last);
          yield;
        }
        encoded.push(last.block);
        seriesBytes += last.block.bytes.length;
      }
      push(this.#start(family, seriesBytes, format, rendered));
      for (const block of encoded) push(block);
    }
    push(rendered.end);
    return { blocks, bytes };
  }

  #start(
    family: FamilyNode,
    seriesBytes: number,
    format: ExpositionFormat,
    { starts }: Rendered,
  ): EncodedChunk {
    const { header } = family;
    const last = starts.get(family);
    if (last?.header === header && last.seriesBytes === seriesBytes) return last.block;
    const bytes = format.familyStart(header, seriesBytes);
    const block = last !== undefined && isSame(last.block.bytes, bytes) ? last.block : { bytes };
    starts.set(family, { header, seriesBytes, block });
    return block;
  }

  #use(format: ExpositionFormat): Rendered {
    const now = performance.now();
    const rendered = this.#rendered.get(format.id) ?? new Rendered(format);
    rendered.usedAt = now;
    this.#rendered.delete(format.id);
    this.#rendered.set(format.id, rendered);
    for (const [id, { usedAt }] of this.#rendered) {
      if (this.#rendered.size <= maxFormats && now - usedAt <= maxIdleMillis) break;
      this.#rendered.delete(id);
    }
    return rendered;
  }
}

const isSame = (left: Uint8Array, right: Uint8Array): boolean =>
  left.length === right.length && left.every((byte, index) => byte === right[index]);

/** Whether a family, or samples that it may have, are among the names. */
const isNamed = ({ name, type }: FamilyHeader, names: ReadonlySet<string>): boolean =>
  names.has(name) || sampleNames(name, type).some((sampleName) => names.has(sampleName));
