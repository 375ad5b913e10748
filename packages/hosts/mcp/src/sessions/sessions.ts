import type { McpLimits } from "../limits.ts";
import type { Session } from "./session.ts";

/** The open sessions, as many as there may be. */
export class Sessions {
  readonly #limits: McpLimits;
  readonly #byId = new Map<string, Session>();

  constructor(limits: McpLimits) {
    this.#limits = limits;
  }

  get(id: string): Session | undefined {
    return this.#byId.get(id);
  }

  all(): ReadonlyArray<Session> {
    return [...this.#byId.values()];
  }

  add(session: Session): void {
    this.#byId.set(session.id, session);
  }

  remove(id: string): void {
    this.#byId.delete(id);
  }

  /** Makes sure that one more session has a place, at the cost of the one that was idle longest. False where none is idle. */
  makeRoom(): boolean {
    if (this.#byId.size < this.#limits.maxSessions) return true;
    const [longest] = this.#idle().toSorted((a, b) => b.idleMs - a.idleMs);
    longest?.session.close();
    return longest !== undefined;
  }

  /** Ends the sessions that were idle for too long. */
  endIdle(): void {
    for (const { session, idleMs } of this.#idle()) {
      if (idleMs >= this.#limits.maxIdleMs) session.close();
    }
  }

  endAll(): void {
    for (const session of this.all()) session.close();
  }

  #idle(): ReadonlyArray<{ readonly session: Session; readonly idleMs: number }> {
    return this.all().flatMap((session) => {
      const idleMs = session.idleMs();
      return idleMs === undefined ? [] : [{ session, idleMs }];
    });
  }
}
