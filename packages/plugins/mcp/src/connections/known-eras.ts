/** How a server that speaks an older version is reached. */
export type LegacyTransport = "http" | "sse" | "stdio";

/** Servers that are remembered. */
const maxServers = 1_024;

/** Milliseconds after which a server is asked anew: it may have been updated. */
const validMs = 24 * 60 * 60_000;

/**
 * The servers that were found to speak an older version, so that they are not asked in the newer one with each connection. A server of
 * the newer version needs no memory, since that is what is asked first.
 */
export class KnownEras {
  readonly #legacy = new Map<
    string,
    { readonly over: LegacyTransport; readonly at: number; readonly hasAnswered: boolean }
  >();

  /** The transport of a server that is known by its endpoint's key as one of an older version. */
  legacyTransport(key: string): LegacyTransport | undefined {
    const known = this.#legacy.get(key);
    if (known === undefined || Date.now() - known.at < validMs) return known?.over;
    this.#legacy.delete(key);
    return undefined;
  }

  /** Whether the server has answered before, and not only ended when it was asked in the newer version. */
  hasAnswered(key: string): boolean {
    return this.#legacy.get(key)?.hasAnswered === true;
  }

  keepLegacy(key: string, over: LegacyTransport, hasAnswered = true): void {
    this.#legacy.delete(key);
    this.#legacy.set(key, { over, at: Date.now(), hasAnswered });
    const [oldest] = this.#legacy.keys();
    if (oldest !== undefined && this.#legacy.size > maxServers) this.#legacy.delete(oldest);
  }

  forget(key: string): void {
    this.#legacy.delete(key);
  }
}
