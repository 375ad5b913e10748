import type { Actor } from "@executor/sdk";
import { below, type ExecutorSpan } from "@executor/telemetry/tracing";
import {
  type CallToolRequestParams,
  type RequestId,
  McpServer,
  type ServerContext,
} from "@modelcontextprotocol/server";
import type { Effect } from "effect";
import type { JsonRpcError } from "./json-rpc.ts";
import { clientLabel } from "./operations/client-label.ts";
import type { HostTools } from "./tools/call-tool.ts";
import {
  handleOfferings,
  handleSubscriptions,
  offeringCapabilities,
} from "./offerings/handlers.ts";
import type { HostOfferings } from "./offerings/host-offerings.ts";
import type { Subscribe } from "./offerings/subscriptions.ts";
import type { Questions } from "./tools/questions.ts";

/** What a server serves, whoever its client is. */
export interface ToolServerOptions {
  /** The app's version, for `serverInfo`. */
  readonly version: string;
  /** The tools that its client sees. */
  readonly tools: HostTools;
  /** The sources' resources and prompts that it sees. */
  readonly offerings: HostOfferings;
  /** How a client of a session follows a resource. */
  readonly subscribe: Subscribe;
  /** What it is told of the sources' use. */
  readonly instructions: string | undefined;
  /** Runs the effect of a request until the signal interrupts it. Rejects with an error that the client may see. */
  readonly run: <A>(effect: Effect.Effect<A, JsonRpcError>, signal: AbortSignal) => Promise<A>;
}

/** The client that a server is made for: of a session, or of one request without a session. */
export interface ServedClient {
  /** Who sent its first request; empty if everybody is the same. */
  readonly holder: string;
  /** Owner of the runs that it starts. */
  readonly owner: Actor;
  /** How a client without a session is asked; with one, it is sent requests. */
  readonly questions?: (call: CallToolRequestParams, context: ServerContext) => Questions;
  /** The span of a request under way. */
  readonly spanOf: (request: RequestId) => ExecutorSpan | undefined;
}

/** Makes the server of a client. */
export type ServerFactory = (client: ServedClient) => ToolServer;

/** The SDK's server. */
export type ToolServer = McpServer["server"];

/** Milliseconds for which a client may keep an answer: those that listen are told of changes before. */
const listsHint = { ttlMs: 5_000, cacheScope: "private" } as const;
const discoveryTtlMs = 60_000;

/**
 * The SDK's server of either era, without its tool registry, which supports neither JSON Schemas as they are nor descriptions that
 * change.
 */
export const toolServer =
  ({ version, tools, offerings, subscribe, instructions, run }: ToolServerOptions): ServerFactory =>
  ({ holder, owner, questions, spanOf }) => {
    const { server } = new McpServer(
      { name: "executor", title: "Executor", version },
      {
        capabilities: { tools: { listChanged: true }, ...offeringCapabilities },
        ...(instructions === undefined ? {} : { instructions }),
        jsonSchemaValidator: noValidator,
        cacheHints: {
          "tools/list": listsHint,
          "resources/list": listsHint,
          "resources/templates/list": listsHint,
          "prompts/list": listsHint,
          "server/discover": { ttlMs: discoveryTtlMs, cacheScope: "private" },
        },
        inputRequired: { legacyShim: false },
      },
    );
    server.setRequestHandler("tools/list", async (_request, { mcpReq }) => ({
      tools: [...(await run(tools.list, mcpReq.signal))],
    }));
    server.setRequestHandler("tools/call", ({ params }, context) => {
      const { capabilities, name } = clientOf(server);
      const canElicit = asksForms(capabilities?.elicitation);
      const told = {
        client: clientLabel(name),
        subject: holder === "" ? null : holder,
      };
      const asked = questions?.(params, context);
      const call = tools.call(params, context, { owner, told, canElicit, questions: asked });
      return run(below(spanOf(context.mcpReq.id))(call), context.mcpReq.signal);
    });
    if (questions === undefined) handleSubscriptions(server, subscribe);
    handleOfferings(server, offerings, (effect, { mcpReq }) =>
      run(below(spanOf(mcpReq.id))(effect), mcpReq.signal),
    );
    return server;
  };

/** What the client says of itself, in either era. */
const clientOf = (server: ToolServer) => ({
  // oxlint-disable-next-line typescript/no-deprecated -- the accessor knows both eras, and its replacement only the newer one
  capabilities: server.getClientCapabilities(),
  // oxlint-disable-next-line typescript/no-deprecated -- as above
  name: server.getClientVersion()?.name,
});

/** A client that names no mode shows forms (MCP 2025-11-25, "Elicitation"). */
const asksForms = (elicitation: object | undefined): boolean =>
  elicitation !== undefined && ("form" in elicitation || Object.keys(elicitation).length === 0);

/** The run checks answers itself. The SDK's own validator compiles code, which workerd forbids. */
const noValidator = {
  getValidator: () => () => ({
    valid: false as const,
    data: undefined,
    errorMessage: "The session validates nothing itself.",
  }),
};
