import { type BodyObserver, observeBody } from "@executor/sdk";
import { streamsActive } from "./metrics.ts";
import type { NetworkTransport } from "./operations/labels.ts";

/** Servers hold back a response's head until its body begins, so without it a client would wait for the whole run. */
const opening = new TextEncoder().encode(": open\n\n");

/** Opens the event stream of a response at once, and counts it until its end. */
export const openStream = (
  response: Response,
  body: ReadableStream<Uint8Array>,
  networkTransport: NetworkTransport,
  onEnd: NonNullable<BodyObserver["onEnd"]>,
): Response => {
  const labels = { "network.transport": networkTransport };
  streamsActive.add(1, labels);
  const stream = observeBody(body, {
    opening,
    onEnd: (end) => {
      streamsActive.add(-1, labels);
      onEnd(end);
    },
  });
  return new Response(stream, response);
};
