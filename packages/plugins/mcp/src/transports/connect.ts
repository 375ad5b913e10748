import { SSEClientTransport, SseError } from "@modelcontextprotocol/sdk/client/sse.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { Effect } from "effect";
import type { HttpEndpoint, StdioEndpoint } from "./endpoint.ts";
import type { Exchange } from "./exchange.ts";
import { McpFailure } from "../failures/mcp-failure.ts";
import { toMcpFailure } from "../failures/sdk-errors.ts";
import type { StdioTransport, StdioTransports } from "./stdio-process.ts";
import { maxResumptions, upstreamFetch } from "./upstream-fetch.ts";

/** One of the SDK's transports, and what is particular to it. */
interface Dialled {
  readonly transport: Transport;
  /** Adds to a failure what only the transport knows. */
  readonly explain: (failure: McpFailure) => McpFailure;
  /** The failure that an error of the transport means for the whole connection, where it does. */
  readonly fatal: (error: Error) => McpFailure | undefined;
  /** Tells the server that the session ends, where the transport has a way to. */
  readonly leave: () => Promise<void>;
}

/**
 * Makes a new transport. `currentExchange`: whose reply what is being read belongs to. `onBroken`: the session is gone, and
 * new calls need another.
 */
export type Dial = (currentExchange: () => Exchange | undefined, onBroken: () => void) => Dialled;

const nothingToSay = () => Promise.resolve();

export const dialHttp =
  (endpoint: HttpEndpoint, kind: "http" | "sse"): Dial =>
  (currentExchange, onBroken) => {
    const common = {
      requestInit: { headers: { ...endpoint.headers } },
      fetch: upstreamFetch(endpoint, currentExchange, onBroken),
    };
    const explain = (failure: McpFailure): McpFailure => failure;
    if (kind === "sse") {
      return {
        // oxlint-disable-next-line typescript/no-deprecated -- Servers that speak only this are why it is here.
        transport: new SSEClientTransport(endpoint.url, common),
        explain,
        // A new stream would be a new session that nobody initialized.
        fatal: (error) => (error instanceof SseError ? toMcpFailure(error) : undefined),
        leave: nothingToSay,
      };
    }
    const transport = new StreamableHTTPClientTransport(endpoint.url, {
      ...common,
      reconnectionOptions: {
        initialReconnectionDelay: 250,
        reconnectionDelayGrowFactor: 2,
        maxReconnectionDelay: 5_000,
        maxRetries: maxResumptions,
      },
    });
    return {
      transport,
      explain,
      fatal: () => undefined,
      leave: () => transport.terminateSession(),
    };
  };

export const dialProgram = (
  endpoint: StdioEndpoint,
  stdio: StdioTransports | undefined,
): Effect.Effect<Dial, McpFailure> =>
  stdio === undefined
    ? Effect.fail(
        new McpFailure({
          reason: "invalid_settings",
          message: "Programs cannot be run here. Give the URL of an MCP server.",
        }),
      )
    : Effect.succeed(() => {
        const transport = stdio(endpoint);
        return {
          transport,
          explain: (failure) => explainProgram(endpoint.command, transport, failure),
          fatal: (error) => (error instanceof McpFailure ? error : undefined),
          leave: nothingToSay,
        };
      });

const explainProgram = (
  command: string,
  transport: StdioTransport,
  failure: McpFailure,
): McpFailure => {
  const ending = transport.ending();
  const complaints = transport.complaints();
  const wrote = complaints === "" ? "" : ` It wrote: ${complaints}`;
  return ending === undefined
    ? new McpFailure({ ...failure, message: failure.message + wrote })
    : new McpFailure({
        reason: "connection_error",
        message: `The program ${command} could not be run or has ended (${ending}). Check the command, its arguments and its environment.${wrote}`,
      });
};
