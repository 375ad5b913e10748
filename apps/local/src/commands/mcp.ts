import { Command } from "@effect/cli";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { Effect } from "effect";
import { Bridge } from "../client/mcp-bridge.ts";
import { errorMessage } from "../client/mcp-messages.ts";
import { noDaemon } from "../client/reach.ts";
import { mcpPath } from "../server/mcp-path.ts";
import { endsWhenTold } from "../terminal/command-error.ts";
import { portOption } from "./options.ts";

/** Serves a client that started this process, from the running daemon. Standard output carries the protocol alone. */
export const mcpCommand = Command.make("mcp", { port: portOption }, ({ port }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { bridge, stdio } = connect(port);
      yield* Effect.addFinalizer(() => Effect.promise(() => bridge.end()));
      yield* Effect.promise(() => untilClientLeaves(stdio));
    }),
  ).pipe(endsWhenTold),
).pipe(
  Command.withDescription("Serve MCP on standard input and output, for clients that start it"),
);

const connect = (port: number) => {
  const stdio = new StdioServerTransport();
  const bridge = new Bridge({
    url: `http://127.0.0.1:${port}${mcpPath}`,
    send: (message) => stdio.send(message),
    warn: (text) => console.error(text),
    noDaemon: noDaemon(port),
  });
  stdio.onmessage = (message) => bridge.receive(message);
  stdio.onerror = (error) => {
    console.error(`A line on standard input is not a message of MCP's: ${error.message}`);
    void stdio.send(errorMessage(undefined, "Not a JSON-RPC message.", parseError));
  };
  return { bridge, stdio };
};

const parseError = -32700;

/** The client ends a session by closing standard input (MCP 2025-11-25, "Lifecycle"), or by dying. */
const untilClientLeaves = async (stdio: StdioServerTransport): Promise<void> => {
  const left = new Promise<void>((resolve) => {
    stdio.onclose = resolve;
    process.stdin.once("end", resolve).once("close", resolve);
    process.stdout.once("error", () => resolve());
  });
  await stdio.start();
  await left;
};
