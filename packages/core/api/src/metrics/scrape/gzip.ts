import { Effect } from "effect";
import { constants, crc32, deflateRaw } from "node:zlib";
import type { EncodedChunk } from "../format.ts";
import { combineCrc32, crc32Shift } from "./gzip-crc32.ts";

/**
 * A body in gzip, as parts to send one after another: one gzip member (RFC 1952) whose deflate stream is made of segments
 * that were compressed apart from each other. A segment is kept with its blocks, so that a block which a later body has
 * again is not compressed again. Compression runs in the thread pool; interrupting it leaves what is not yet begun.
 */
export const gzip = (
  blocks: ReadonlyArray<EncodedChunk>,
): Effect.Effect<ReadonlyArray<Uint8Array>> =>
  Effect.suspend(() => {
    const groups = toGroups(blocks);
    const found = groups.map(findSegment);
    const missing = groups.filter((_, index) => found[index] === undefined);
    return Effect.map(
      Effect.forEach(missing, compress, { concurrency: deflateConcurrency }),
      (compressed) => {
        const rest = compressed.values();
        return join(found.flatMap((segment) => segment ?? rest.next().value ?? []));
      },
    );
  });

/** A run of blocks and what came of it. */
interface Segment {
  readonly group: ReadonlyArray<EncodedChunk>;
  /** A run of whole deflate blocks, none of them the last one of a stream. */
  readonly deflated: Uint8Array;
  readonly crc: number;
  /** Of the length; see {@link crc32Shift}. */
  readonly shift: number;
  readonly length: number;
}

/** More at once than a small machine has cores would only hold more memory. */
const deflateConcurrency = 4;

/**
 * On expositions, level 2 costs up to a half more time than level 1 and gives a fifth fewer bytes; level 6 costs three times
 * as much for another tenth.
 */
const level = 2;

/** Blocks are compressed together up to this size: starting a segment costs about as much as compressing some ten kilobytes. */
const groupBytes = 128 * 1024;

/** By a group's first block. */
const segments = new WeakMap<EncodedChunk, Segment>();

/** Empty blocks are in no group. */
const toGroups = (
  blocks: ReadonlyArray<EncodedChunk>,
): ReadonlyArray<ReadonlyArray<EncodedChunk>> => {
  const groups: Array<ReadonlyArray<EncodedChunk>> = [];
  let group: Array<EncodedChunk> = [];
  let size = 0;
  for (const block of blocks) {
    if (block.bytes.length === 0) continue;
    group.push(block);
    size += block.bytes.length;
    if (size < groupBytes) continue;
    groups.push(group);
    group = [];
    size = 0;
  }
  if (group.length > 0) groups.push(group);
  return groups;
};

const findSegment = (group: ReadonlyArray<EncodedChunk>): Segment | undefined => {
  const [first] = group;
  const kept = first === undefined ? undefined : segments.get(first);
  if (kept === undefined || kept.group.length !== group.length) return undefined;
  return group.every((block, index) => block === kept.group[index]) ? kept : undefined;
};

const compress = (group: ReadonlyArray<EncodedChunk>): Effect.Effect<Segment> =>
  Effect.async((resume) => {
    const bytes = concat(group);
    const options = { level, finishFlush: constants.Z_SYNC_FLUSH };
    deflateRaw(bytes, options, (error, result) => {
      if (error !== null) {
        resume(Effect.die(error));
        return;
      }
      const segment: Segment = {
        group,
        // A copy, since the result may be a part of a larger buffer, which would be kept with it.
        deflated: new Uint8Array(result),
        crc: crc32(bytes),
        shift: crc32Shift(bytes.length),
        length: bytes.length,
      };
      const [first] = group;
      if (first !== undefined) segments.set(first, segment);
      resume(Effect.succeed(segment));
    });
  });

const concat = (group: ReadonlyArray<EncodedChunk>): Uint8Array => {
  const [only, ...others] = group;
  if (only !== undefined && others.length === 0) return only.bytes;
  return Buffer.concat(group.map(({ bytes }) => bytes));
};

/** Deflate, no flags, no time, no extra flags, an unknown system. */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** An empty deflate block that is the last one of its stream. */
const lastBlock = [3, 0] as const;

const join = (all: ReadonlyArray<Segment>): ReadonlyArray<Uint8Array> => {
  let crc = 0;
  let length = 0;
  for (const segment of all) {
    crc = combineCrc32(crc, segment.crc, segment.shift);
    length += segment.length;
  }
  const trailer = new Uint8Array(lastBlock.length + 8);
  trailer.set(lastBlock);
  const view = new DataView(trailer.buffer, lastBlock.length);
  view.setUint32(0, crc, true);
  view.setUint32(4, length, true);
  return [header, ...all.map(({ deflated }) => deflated), trailer];
};
