import type { McpFailure } from "../failures/mcp-failure.ts";

/** A request that the server has not answered yet, as what carries it sees it. */
export interface Exchange {
  /** Whether the server said how to go on reading the reply's stream after a break (MCP, "Resumability"). */
  resumable: boolean;
  /** Ends the exchange: its reply will not come. */
  readonly fail: (failure: McpFailure) => void;
}
