import { Command } from "@effect/cli";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { Effect } from "effect";
import { McpBridge } from "../client/mcp-bridge.ts";
import { portOption } from "./options.ts";

/** An interrupt is the ordinary end of a command that serves. */
const endsWhenTold = Effect.onInterrupt(() =>
  Effect.sync(() => {
    process.exitCode = 0;
  }),
);

export const serveCommand = Command.make("serve", { port: portOption }, ({ port }) =>
  // The other commands start faster without the daemon's modules.
  Effect.flatMap(
    Effect.promise(() => import("../server/serve.ts")),
    ({ serve }) => endsWhenTold(serve(port)),
  ),
).pipe(Command.withDescription("Run the daemon on this machine"));

/** Serves a client that started this process, from the running daemon. Standard output carries the protocol alone. */
export const mcpCommand = Command.make("mcp", { port: portOption }, ({ port }) =>
  Effect.suspend(() => {
    const stdio = new StdioServerTransport();
    const bridge = new McpBridge(stdio, port);
    const end = Effect.promise(() => bridge.end());
    return Effect.ensuring(
      Effect.promise(() => untilClientLeaves(stdio)),
      end,
    );
  }).pipe(endsWhenTold),
).pipe(
  Command.withDescription("Serve MCP on standard input and output, for clients that start it"),
);

/** A client ends a session by closing standard input (MCP 2025-11-25, "Lifecycle"), or by dying. */
const untilClientLeaves = async (stdio: StdioServerTransport): Promise<void> => {
  const left = new Promise<void>((resolve) => {
    stdio.onclose = resolve;
    process.stdin.once("end", resolve).once("close", resolve);
    process.stdout.once("error", () => resolve());
  });
  await stdio.start();
  await left;
};
