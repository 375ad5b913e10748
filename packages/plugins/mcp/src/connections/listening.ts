import { setTimeout as sleep } from "node:timers/promises";
import { McpFailure } from "../failures.ts";
import type { Peer } from "./peer.ts";

/** Milliseconds before a stream that ended is opened again: the first time, and at most. They double with each stream that was short. */
const firstPauseMs = 1_000;
const maxPauseMs = 5 * 60_000;

/** Milliseconds from which on a stream was not short. */
const longMs = 60_000;

/**
 * Keeps a stream of notifications open (MCP 2026-07-28, `subscriptions/listen`) until the signal aborts, or the server refuses it.
 * `onMissed`: called when it is open again, since nothing tells what happened meanwhile.
 */
export const keepListening = async (
  peer: Peer,
  signal: AbortSignal,
  onMissed: () => void,
): Promise<void> => {
  let pauseMs = firstPauseMs;
  for (;;) {
    const began = performance.now();
    const refused = await listen(peer, signal);
    if (refused || signal.aborted) return;
    pauseMs = performance.now() - began > longMs ? firstPauseMs : Math.min(pauseMs * 2, maxPauseMs);
    const goesOn = await sleep(pauseMs, true, { signal, ref: false }).catch(() => false);
    if (!goesOn) return;
    onMissed();
  }
};

/** Listens until the stream ends. Gives whether the server refused it. */
const listen = async (peer: Peer, signal: AbortSignal): Promise<boolean> => {
  const stream = new AbortController();
  try {
    await peer.request(
      { method: "subscriptions/listen", params: { notifications: { toolsListChanged: true } } },
      {
        signal: AbortSignal.any([signal, stream.signal]),
        onStreamEnd: () => stream.abort("The stream has ended."),
      },
    );
    return false;
  } catch (error) {
    return (
      error instanceof McpFailure &&
      (error.reason === "rpc_error" || (error.reason === "http_status" && (error.code ?? 0) < 500))
    );
  }
};
