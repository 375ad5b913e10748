import { errorCodes, JsonRpcError } from "../json-rpc.ts";

/**
 * Follows a resource until the signal aborts, and calls `onUpdate` when it may have changed. Resolves once it follows; rejects with an error
 * that the client may see.
 */
export type Subscribe = (uri: string, onUpdate: () => void, signal: AbortSignal) => Promise<void>;

/** Resources that one client follows at once. */
export const maxSubscriptions = 100;

/** The resources that a client follows. */
export class Subscriptions {
  readonly #subscribe: Subscribe;
  readonly #byUri = new Map<string, AbortController>();

  constructor(subscribe: Subscribe) {
    this.#subscribe = subscribe;
  }

  /** Follows one more; one that is followed already stays so. */
  async add(uri: string, onUpdate: () => void): Promise<void> {
    if (this.#byUri.has(uri)) return;
    if (this.#byUri.size >= maxSubscriptions) throw tooMany;
    const ending = new AbortController();
    this.#byUri.set(uri, ending);
    try {
      await this.#subscribe(uri, onUpdate, ending.signal);
    } catch (error) {
      if (this.#byUri.get(uri) === ending) this.#byUri.delete(uri);
      throw error;
    }
  }

  remove(uri: string): void {
    this.#byUri.get(uri)?.abort();
    this.#byUri.delete(uri);
  }

  /** Ends all. */
  close(): void {
    this.#byUri.forEach((ending) => ending.abort());
    this.#byUri.clear();
  }
}

const tooMany = new JsonRpcError(
  errorCodes.invalidParams,
  `You follow ${maxSubscriptions} resources, the most at once. Unsubscribe from one first.`,
);
