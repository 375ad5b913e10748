import { Command } from "@effect/cli";
import { Effect } from "effect";
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
  Effect.flatMap(
    Effect.promise(() => import("../client/mcp-bridge.ts")),
    ({ serveStdio }) => {
      const { left, end } = serveStdio(port);
      return Effect.ensuring(
        Effect.promise(() => left),
        Effect.promise(end),
      );
    },
  ).pipe(endsWhenTold),
).pipe(
  Command.withDescription("Serve MCP on standard input and output, for clients that start it"),
);
