import { Effect } from "effect";
import type { Conflicts } from "../../../src/metrics/families/family.ts";
import type { EncodedChunk } from "../../../src/metrics/format.ts";
import type { ExpositionSource } from "../../../src/metrics/scrape/scrapes.ts";

const encoder = new TextEncoder();

/** A body in text 0.0.4, in blocks of 32 KiB, of at least this many bytes. */
export const makeBlocks = (bytes: number): ReadonlyArray<EncodedChunk> => {
  const blocks: Array<EncodedChunk> = [];
  let text = "# TYPE big gauge\n";
  let made = 0;
  for (let index = 0; made < bytes; index++) {
    text += `big{series="${index}"} ${index * 7919}\n`;
    if (text.length < 32 * 1024 && made + text.length < bytes) continue;
    blocks.push({ bytes: encoder.encode(text) });
    made += text.length;
    text = "";
  }
  return blocks;
};

export const totalBytes = (blocks: ReadonlyArray<EncodedChunk>): number =>
  blocks.reduce((sum, { bytes }) => sum + bytes.length, 0);

/** Gives the same blocks to every scrape, as slowly or wrongly as a test needs, and counts what happens. */
export const makeSource = (
  blocks: ReadonlyArray<EncodedChunk>,
  before: Effect.Effect<void> = Effect.void,
) => {
  const seen = { started: 0, finished: 0, interrupted: 0, names: new Array<string>() };
  const conflicts: Conflicts = new Map();
  const source: ExpositionSource = {
    render: (_format, options) =>
      Effect.gen(function* () {
        seen.started += 1;
        seen.names.push([...(options?.names ?? [])].join(","));
        yield* before;
        seen.finished += 1;
        return { blocks, bytes: totalBytes(blocks), conflicts };
      }).pipe(Effect.onInterrupt(() => Effect.sync(() => (seen.interrupted += 1)))),
  };
  return { source, seen };
};
