import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import * as fc from "fast-check";
import { crc32, gunzipSync } from "node:zlib";
import type { EncodedChunk } from "../../../src/metrics/format.ts";
import { combineCrc32, crc32Shift, gzip } from "../../../src/metrics/scrape/gzip.ts";

const encoder = new TextEncoder();

const block = (text: string): EncodedChunk => ({ bytes: encoder.encode(text) });

const line = (index: number) => `calls_total{tool="github.repos.${index}"} ${index * 7919}\n`;

/** Text that looks like an exposition, of about this many bytes. */
const lines = (from: number, bytes: number): string => {
  let text = "";
  for (let index = from; text.length < bytes; index++) text += line(index);
  return text;
};

const compress = (blocks: ReadonlyArray<EncodedChunk>) =>
  Effect.map(gzip(blocks), (chunks) => ({ chunks, body: Buffer.concat(chunks) }));

const plain = (blocks: ReadonlyArray<EncodedChunk>) =>
  Buffer.concat(blocks.map(({ bytes }) => bytes));

/** `gzip -t` and `gzip -dc`: an implementation of its own. */
const gunzipByProgram = (body: Uint8Array): Buffer => {
  const { stdout, stderr, exitCode } = Bun.spawnSync(["gzip", "-dc"], { stdin: body });
  if (exitCode !== 0) throw new Error(stderr.toString());
  return stdout;
};

describe("combineCrc32", () => {
  it("is the checksum of two runs of bytes, one after the other", () => {
    const bytes = fc.uint8Array({ maxLength: 3000 });
    fc.assert(
      fc.property(bytes, bytes, (first, second) => {
        const combined = combineCrc32(crc32(first), crc32(second), crc32Shift(second.length));
        expect(combined).toBe(crc32(Buffer.concat([first, second])));
      }),
    );
  });

  it("holds for runs of many lengths, long ones too", () => {
    const long = Buffer.alloc(40_000_001, "executor ");
    for (const length of [0, 1, 2, 255, 65_536, 1_048_577, 33_554_432, 40_000_000]) {
      const first = long.subarray(0, long.length - length);
      const second = long.subarray(long.length - length);
      expect(combineCrc32(crc32(first), crc32(second), crc32Shift(length))).toBe(crc32(long));
    }
  });
});

describe("gzip", () => {
  it.effect("makes one member that unpacks to the blocks", () =>
    Effect.gen(function* () {
      const blocks = [
        block("# TYPE calls counter\n"),
        block(lines(0, 40_000)),
        block(""),
        block(lines(5_000, 900)),
        block(lines(6_000, 100_000)),
        block("# EOF\n"),
      ];
      const { body } = yield* compress(blocks);
      expect(gunzipSync(body).equals(plain(blocks))).toBe(true);
      expect(gunzipByProgram(body).equals(plain(blocks))).toBe(true);
      expect(body.length).toBeLessThan(plain(blocks).length / 5);
      expect(body.readUInt32LE(body.length - 4)).toBe(plain(blocks).length);
      expect(body.readUInt32LE(body.length - 8)).toBe(crc32(plain(blocks)));
    }),
  );

  it.effect("unpacks to nothing where there is nothing", () =>
    Effect.gen(function* () {
      for (const blocks of [[], [block("")]]) {
        const { body } = yield* compress(blocks);
        expect(gunzipSync(body)).toHaveLength(0);
        expect(gunzipByProgram(body)).toHaveLength(0);
      }
    }),
  );

  it.effect("compresses a block again only where it or its small neighbours changed", () =>
    Effect.gen(function* () {
      const [a, b, c] = [
        block(lines(0, 150_000)),
        block(lines(1_000, 150_000)),
        block(lines(2, 150_000)),
      ];
      const small = [block("# a\n"), block("# b\n"), block("# c\n")];
      const [, first, second, third, group] = (yield* compress([a, b, c, ...small])).chunks;
      const changed = block(lines(1_001, 150_000));
      const later = (yield* compress([a, changed, c, ...small.slice(0, 2), block("# d\n")])).chunks;
      expect(later[1]).toBe(first);
      expect(later[2]).not.toBe(second);
      expect(later[3]).toBe(third);
      expect(later[4]).not.toBe(group);
      expect((yield* compress([a, b, c, ...small])).chunks[2]).toBe(second);
    }),
  );

  it.effect("keeps no more memory than the compressed bytes", () =>
    Effect.gen(function* () {
      const { chunks } = yield* compress([block(lines(0, 20_000))]);
      for (const chunk of chunks) expect(chunk.buffer.byteLength).toBeLessThan(chunk.length + 256);
    }),
  );

  it("unpacks to any blocks, through any history of changes", async () => {
    const piece = fc.record({
      from: fc.nat(1000),
      bytes: fc.oneof(fc.nat(400), fc.nat(40_000)),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.array(fc.tuple(fc.nat(11), piece), { maxLength: 4 }),
        async (pieces, changes) => {
          const blocks = pieces.map(({ from, bytes }) => block(lines(from, bytes)));
          for (const [index, { from, bytes }] of [
            [99, { from: 0, bytes: 0 }] as const,
            ...changes,
          ]) {
            if (index < blocks.length) blocks[index] = block(lines(from, bytes));
            const { body } = await Effect.runPromise(compress(blocks));
            expect(gunzipSync(body).equals(plain(blocks))).toBe(true);
          }
        },
      ),
      { numRuns: 30 },
    );
  });
});
