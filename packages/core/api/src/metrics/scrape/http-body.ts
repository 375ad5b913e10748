import { Duration } from "effect";
import type { ScrapeBody } from "./scrapes.ts";

/**
 * A body as a stream that gives bytes only when the connection has room for them. `release` is called once the last byte is
 * taken, the client has gone, or `sendTimeout` has passed; the latter breaks the connection off, so that what was sent is
 * never taken for a whole body, and calls `onTimeout` before.
 */
export const streamBody = (
  { chunks, release, sendTimeout }: ScrapeBody,
  onTimeout: () => void,
): ReadableStream<Uint8Array> => {
  let next = 0;
  let sinceYield = 0;
  let ended = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = () => {
    ended = true;
    clearTimeout(timer);
    release();
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        timer = setTimeout(() => {
          end();
          onTimeout();
          // Without a reason: a server would print it.
          controller.error();
        }, Duration.toMillis(sendTimeout));
      },
      pull: async (controller) => {
        if (sinceYield >= yieldBytes) {
          sinceYield = 0;
          await new Promise((resolve) => setImmediate(resolve));
        }
        if (ended) return;
        if (next === chunks.length) {
          end();
          controller.close();
          return;
        }
        let bytes = 0;
        while (next < chunks.length && bytes < pullBytes) {
          const chunk = chunks[next++];
          if (chunk === undefined || chunk.length === 0) continue;
          controller.enqueue(chunk);
          bytes += chunk.length;
        }
        sinceYield += bytes;
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  );
};

/** Small chunks are given together, up to this size. */
const pullBytes = 64 * 1024;

/** A client on the same machine takes bytes as fast as they come; others get their turn each time this much was taken. */
const yieldBytes = 1024 * 1024;
