import { sampleNames } from "../families/family.ts";
import type { FamilyHeader } from "../families/family.ts";
import type { ChunkNode, FamilyNode } from "../families/family-tree.ts";
import type { EncodedChunk, ExpositionFormat } from "../format.ts";

/** An exposition: its blocks one after another, never joined. */
export interface Body {
  readonly blocks: ReadonlyArray<EncodedChunk>;
  /** Of all blocks. */
  readonly bytes: number;
}

interface RenderedChunk {
  readonly version: number;
  readonly block: EncodedChunk;
}

interface RenderedStart {
  readonly header: FamilyHeader;
  readonly seriesBytes: number;
  readonly block: EncodedChunk;
}

/** What a format made of the families, kept as long as they are. */
class Rendered {
  readonly chunks = new WeakMap<ChunkNode, RenderedChunk>();
  readonly starts = new WeakMap<FamilyNode, RenderedStart>();
  readonly end: EncodedChunk;
  usedAt = 0;

  constructor(format: ExpositionFormat) {
    this.end = { bytes: format.end };
  }
}

/** Each holds a body and what patches it: two of them, as many as servers mix, stay below three bodies. */
const maxFormats = 2;

/** What a person looked at once is not kept for long. */
const maxIdleMillis = 10 * 60 * 1000;

/** Writes families in any format, and writes again only what changed since it last wrote them in that format. */
export class Renderer {
  /** By the format's id, the one used last at the end. */
  readonly #rendered = new Map<string, Rendered>();

  /** Yields after each chunk that it had to write. */
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
