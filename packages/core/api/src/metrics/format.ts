import type { Chunk, FamilyHeader } from "./families/family.ts";

/**
 * A run of bytes of an exposition. It never changes once it is made: a response may still be sending it. A later scrape has
 * the same object where nothing in it has changed, so that its compressed form can be kept by it.
 */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
}

/** One version of an exposition format: what clients ask for it with, and how families are written in it. */
export interface ExpositionFormat {
  /** The key of caches; formats whose bytes are the same share it. */
  readonly id: string;
  /** Without parameters, in lower case. */
  readonly mediaType: string;
  /** Parameters of the media type. A client may leave each of them out; it may add others, which are ignored. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether `Content-Type` names the escaping scheme: never, always, or only to a client that asked for one. */
  readonly namesEscaping: "never" | "always" | "asked";
  /** The bytes before a family's series, which are `seriesBytes` long. */
  readonly familyStart: (family: FamilyHeader, seriesBytes: number) => Uint8Array;
  /**
   * The series of one chunk. `previous` is the result for the chunk before, where its series are still the same and only their
   * values may have changed; a format may build on it, and must not change its bytes.
   */
  readonly renderChunk: (chunk: Chunk, previous: EncodedChunk | undefined) => EncodedChunk;
  /** The bytes after the last family. */
  readonly end: Uint8Array;
}
