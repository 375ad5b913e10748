import type { FamilyHeader, Leaf } from "./families/family.ts";

/**
 * A run of bytes of an exposition. It never changes once it is made: a response may still be sending it. A later scrape has
 * the same object where nothing in it has changed, so that what is derived from it (its compressed form) can be kept by it.
 */
export interface Block {
  readonly bytes: Uint8Array;
}

/** How families are written in one exposition format. */
export interface Format {
  /** Tells formats apart in caches, such as `text/0.0.4`. */
  readonly id: string;
  /** What stands before the series of a family; `seriesBytes` is how many bytes they have. */
  readonly familyStart: (family: FamilyHeader, seriesBytes: number) => Uint8Array;
  /**
   * The series of one leaf. `previous` is what this returned for the leaf before, where the leaf's series are still the same
   * and only their values may have changed; a format may build on it, and must not change its bytes.
   */
  readonly renderLeaf: (leaf: Leaf, previous: Block | undefined) => Block;
  /** What stands behind the last family. */
  readonly end: Uint8Array;
}
