import type { Redactor } from "@executor/sdk";
import {
  SSEClientTransport,
  SseError,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import { Effect } from "effect";
import { McpFailure, toMcpFailure } from "../failures.ts";
import type { HttpEndpoint, StdioEndpoint } from "./endpoint.ts";
import { maxResumptions, upstreamFetch } from "./upstream-fetch.ts";
import type { PendingRequest } from "./reply-body.ts";

/** One of the SDK's transports with the behaviour that is particular to it. */
interface SessionTransport {
  readonly transport: Transport;
  /** Adds to a failure what only the transport knows. */
  readonly explain: (failure: McpFailure) => McpFailure;
  /** The failure of the whole connection that an error of the transport means; `undefined` if the connection lives on. */
  readonly fatal: (error: Error) => McpFailure | undefined;
  /** Tells the server that the session ends, if the transport can. */
  readonly terminate: () => Promise<void>;
}

/**
 * Makes a new transport. `currentRequest`: the request whose reply is being read. `onBroken`: called when the session is gone
 * and new calls need another one.
 */
export type Connect = (
  currentRequest: () => PendingRequest | undefined,
  onBroken: () => void,
) => SessionTransport;

/** A transport to a program, with what explains a failure of the program. */
export interface StdioTransport extends Transport {
  /** What the program wrote to its standard error, in part and without credentials. */
  readonly errorOutput: () => string;
  /** An exit code, a signal or the error that kept the program from starting; `undefined` while it runs. */
  readonly exitReason: () => string | undefined;
  /** Whether the program was started. */
  readonly wasStarted: () => boolean;
}

/** Makes transports to programs, whose output passes the redactor first. An app without processes, such as the cloud, gives none. */
export type StdioTransports = (endpoint: StdioEndpoint, redactor: Redactor) => StdioTransport;

const noTermination = () => Promise.resolve();

export const connectHttp =
  (endpoint: HttpEndpoint, kind: "http" | "sse", redactor: Redactor): Connect =>
  (currentRequest, onBroken) => {
    const common = {
      requestInit: { headers: { ...endpoint.headers } },
      fetch: upstreamFetch(endpoint, redactor, currentRequest, onBroken),
    };
    const explain = (failure: McpFailure): McpFailure => failure;
    if (kind === "sse") {
      return {
        // oxlint-disable-next-line typescript/no-deprecated -- Some servers speak only SSE.
        transport: new SSEClientTransport(endpoint.url, common),
        explain,
        // A new stream would be a new session without initialization.
        fatal: (error) => (error instanceof SseError ? toMcpFailure(error) : undefined),
        terminate: noTermination,
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
      terminate: () => transport.terminateSession(),
    };
  };

export const connectProgram = (
  endpoint: StdioEndpoint,
  stdio: StdioTransports | undefined,
  redactor: Redactor,
): Effect.Effect<Connect, McpFailure> =>
  stdio === undefined
    ? Effect.fail(
        new McpFailure({
          reason: "invalid_settings",
          message: "Programs cannot be run here. Give the URL of an MCP server.",
        }),
      )
    : Effect.succeed(() => {
        const transport = stdio(endpoint, redactor);
        return {
          transport,
          explain: (failure) => explainProgram(endpoint.command, transport, failure),
          fatal: (error) => (error instanceof McpFailure ? error : undefined),
          terminate: noTermination,
        };
      });

const explainProgram = (
  command: string,
  transport: StdioTransport,
  failure: McpFailure,
): McpFailure => {
  const exitReason = transport.exitReason();
  const output = transport.errorOutput();
  const wrote = output === "" ? "" : ` It wrote: ${output}`;
  return exitReason === undefined
    ? new McpFailure({ ...failure, message: failure.message + wrote })
    : new McpFailure({
        reason: "connection_error",
        programEnded: transport.wasStarted(),
        message: `The program ${command} could not be run or has ended (${exitReason}). Check the command, its arguments and its environment.${wrote}`,
      });
};
