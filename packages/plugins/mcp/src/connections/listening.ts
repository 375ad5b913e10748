import type { JsonObject } from "@executor/sdk";
import { setTimeout as sleep } from "node:timers/promises";
import { McpFailure } from "../failures.ts";
import type { Peer } from "./peer.ts";

/** Milliseconds before a stream that ended is opened again: the first time, and at most. They double with each stream that was short. */
const firstPauseMs = 1_000;
const maxPauseMs = 5 * 60_000;

/** Milliseconds from which on a stream was not short. */
const longMs = 60_000;

/** Why a stream of notifications ended. */
type End = "broken" | "refused" | "stopped" | "other filter";

/**
 * A stream of notifications (MCP 2026-07-28, `subscriptions/listen`), open for as long as there is something to hear, and opened again
 * when it breaks. `onMissed`: called when that was so, since nothing tells what happened meanwhile.
 */
export class Listening {
  readonly #peer: Peer;
  readonly #hearsTools: boolean;
  readonly #onMissed: () => void;
  readonly #uris = new Set<string>();
  readonly #stopped = new AbortController();
  #stream: AbortController | undefined;
  #runs = false;

  constructor(peer: Peer, hearsTools: boolean, onMissed: () => void) {
    this.#peer = peer;
    this.#hearsTools = hearsTools;
    this.#onMissed = onMissed;
    void this.#run();
  }

  /** Hears of updates of this resource, too. */
  add(uri: string): void {
    this.#uris.add(uri);
    this.#change();
  }

  remove(uri: string): void {
    this.#uris.delete(uri);
    this.#change();
  }

  stop(): void {
    this.#stopped.abort();
  }

  #change(): void {
    if (this.#runs) this.#stream?.abort("other filter");
    else void this.#run();
  }

  #filter(): JsonObject | undefined {
    if (!this.#hearsTools && this.#uris.size === 0) return undefined;
    return {
      ...(this.#hearsTools ? { toolsListChanged: true } : {}),
      ...(this.#uris.size > 0 ? { resourceSubscriptions: [...this.#uris] } : {}),
    };
  }

  async #run(): Promise<void> {
    if (this.#runs) return;
    this.#runs = true;
    const { signal } = this.#stopped;
    let pauseMs = firstPauseMs;
    for (let filter = this.#filter(); filter !== undefined; filter = this.#filter()) {
      const began = performance.now();
      const end = await this.#listen(filter);
      if (end === "refused" || end === "stopped") break;
      if (end === "other filter") continue;
      const wasLong = performance.now() - began > longMs;
      pauseMs = wasLong ? firstPauseMs : Math.min(pauseMs * 2, maxPauseMs);
      const goesOn = await sleep(pauseMs, true, { signal, ref: false }).catch(() => false);
      if (!goesOn) break;
      this.#onMissed();
    }
    this.#runs = false;
  }

  /** Listens until the stream ends. */
  async #listen(notifications: JsonObject): Promise<End> {
    const stream = new AbortController();
    this.#stream = stream;
    try {
      await this.#peer.request(
        { method: "subscriptions/listen", params: { notifications } },
        {
          signal: AbortSignal.any([this.#stopped.signal, stream.signal]),
          onStreamEnd: () => stream.abort("broken"),
        },
      );
      return "broken";
    } catch (error) {
      if (this.#stopped.signal.aborted) return "stopped";
      if (error === "other filter") return error;
      return isRefusal(error) ? "refused" : "broken";
    }
  }
}

const isRefusal = (error: unknown): boolean =>
  error instanceof McpFailure &&
  (error.reason === "rpc_error" || (error.reason === "http_status" && (error.code ?? 0) < 500));
