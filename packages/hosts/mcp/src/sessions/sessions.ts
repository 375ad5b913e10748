import { Context } from "effect";
import type { Session } from "./session.ts";

/** Limits of MCP clients. */
export interface McpLimits {
  /** Sessions at once. Another one replaces the session that was idle longest; if none is idle, the client is refused. */
  readonly maxSessions: number;
  /** Milliseconds after which a session ends that has no open stream and sends nothing. */
  readonly maxIdleMs: number;
  /** Bytes of one POST's body. */
  readonly maxBodyBytes: number;
  /** Milliseconds between the comments that keep a silent stream open. */
  readonly keepAliveMs: number;
}

export const defaultMcpLimits: McpLimits = {
  maxSessions: 1_000,
  maxIdleMs: 30 * 60_000,
  maxBodyBytes: 4 * 1024 * 1024,
  keepAliveMs: 15_000,
};

/** The limits in force: {@link defaultMcpLimits} unless an app provides others. */
export class McpHostLimits extends Context.Reference<McpHostLimits>()("@executor/host-mcp/Limits", {
  defaultValue: () => defaultMcpLimits,
}) {}

/** The open sessions, up to their limit. */
export class Sessions {
  readonly byId = new Map<string, Session>();
  readonly #limits: McpLimits;

  constructor(limits: McpLimits) {
    this.#limits = limits;
  }

  /** Makes room for one more session by ending the one that was idle longest. Returns false if none is idle. */
  makeRoom(): boolean {
    if (this.byId.size < this.#limits.maxSessions) return true;
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

  #idle(): ReadonlyArray<{ readonly session: Session; readonly idleMs: number }> {
    return [...this.byId.values()].flatMap((session) => {
      const idleMs = session.idleMs();
      return idleMs === undefined ? [] : [{ session, idleMs }];
    });
  }
}
