import { Context } from "effect";
import type { Session } from "./session.ts";

/** Limits of MCP clients. */
export interface McpLimits {
  /**
   * Sessions at once. Another one replaces an idle session of its own holder, or of one who has more; if there is none, the client is
   * refused.
   */
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

  /**
   * Makes room for one more session of `holder`, who thereby ends no session of a holder with as few as its own. Of the idle sessions
   * that are left, ends the one whose holder has most, and among those the one that was idle longest. Returns false if there is none.
   */
  makeRoom(holder: string): boolean {
    if (this.byId.size < this.#limits.maxSessions) return true;
    const held = new Map([[holder, 0]]);
    for (const session of this.byId.values()) {
      held.set(session.holder, (held.get(session.holder) ?? 0) + 1);
    }
    const heldBy = (one: string): number => held.get(one) ?? 0;
    const [first] = this.#idle()
      .filter(({ session }) => session.holder === holder || heldBy(session.holder) > heldBy(holder))
      .toSorted(
        (a, b) => heldBy(b.session.holder) - heldBy(a.session.holder) || b.idleMs - a.idleMs,
      );
    first?.session.close();
    return first !== undefined;
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
