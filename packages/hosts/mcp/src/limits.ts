import { Context } from "effect";

/** What MCP clients may use. */
export interface McpLimits {
  /** Sessions at once. Beyond them, the one that was idle longest makes room; where none is idle, a client is refused. */
  readonly maxSessions: number;
  /** Milliseconds after which a session ends that has no stream open and sends nothing. */
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

/** The limits in force, {@link defaultMcpLimits} where an app provides no others. */
export class Limits extends Context.Reference<Limits>()("@executor/host-mcp/Limits", {
  defaultValue: () => defaultMcpLimits,
}) {}
