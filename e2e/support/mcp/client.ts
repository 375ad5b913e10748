import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import {
  ElicitRequestSchema,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { Schema } from "effect";

/** What both tools return, as the documentation gives it. */
const Result = Schema.Struct({
  isError: Schema.optionalWith(Schema.Boolean, { default: () => false }),
  content: Schema.Tuple(Schema.Struct({ type: Schema.Literal("text"), text: Schema.String })),
  structuredContent: Schema.optional(
    Schema.Struct({
      executionId: Schema.String,
      status: Schema.String,
      durationMs: Schema.Number,
      toolCalls: Schema.Number,
      result: Schema.optional(Schema.Unknown),
      truncated: Schema.optional(Schema.Boolean),
      totalChars: Schema.optional(Schema.Number),
      error: Schema.optional(Schema.Struct({ name: Schema.String, message: Schema.String })),
      console: Schema.optional(
        Schema.Array(Schema.Struct({ level: Schema.String, text: Schema.String })),
      ),
      approvals: Schema.optional(
        Schema.Array(
          Schema.Struct({
            approvalId: Schema.String,
            tool: Schema.String,
            message: Schema.String,
            input: Schema.Unknown,
          }),
        ),
      ),
    }),
  ),
});
export type ToolResult = typeof Result.Type;

const read = Schema.decodeUnknownSync(Result);

export interface McpClientOptions {
  readonly name?: string;
  /** Answers questions; a client without it says that it cannot be asked. */
  readonly elicit?: (params: ElicitRequest["params"]) => Promise<ElicitResult>;
}

export interface McpClient {
  readonly client: Client;
  /** How often the daemon told that its tools have changed. */
  readonly changes: () => number;
  readonly call: (
    name: string,
    args: Record<string, unknown>,
    options?: { readonly signal?: AbortSignal; readonly onprogress?: (progress: unknown) => void },
  ) => Promise<ToolResult>;
  readonly execute: (code: string) => Promise<ToolResult>;
}

/** A session's first message, for what is sent by hand. */
export const initializeRequest = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "by-hand", version: "1" },
  },
};

/** The reference implementation's client over this transport. */
export const connectOver = async (
  transport: Transport,
  { name = "e2e", elicit }: McpClientOptions = {},
): Promise<McpClient> => {
  const capabilities = elicit === undefined ? {} : { elicitation: {} };
  const client = new Client({ name, version: "1" }, { capabilities });
  if (elicit !== undefined) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params));
  }
  let changes = 0;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    changes += 1;
  });
  await client.connect(transport);
  const call: McpClient["call"] = async (tool, args, options) =>
    read(await client.callTool({ name: tool, arguments: args }, undefined, options));
  return {
    client,
    changes: () => changes,
    call,
    execute: (code) => call("execute", { code }),
  };
};

/** Over streamable HTTP to the daemon at `url`. */
export const connectTo = async (url: string, options?: McpClientOptions) => {
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`));
  return { ...(await connectOver(transport, options)), transport };
};
