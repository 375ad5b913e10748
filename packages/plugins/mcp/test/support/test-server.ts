import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolRequestSchema,
  CompleteRequestSchema,
  ElicitResultSchema,
  ErrorCode,
  GetPromptRequestSchema,
  ListPromptsRequestSchema,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type {
  CallToolResult,
  ServerNotification,
  ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import { setTimeout as sleep } from "node:timers/promises";
import {
  broken,
  completed,
  contentsOf,
  filled,
  prompts,
  resources,
  resourceTemplates,
} from "./offered.ts";

/** What the server has seen. */
export interface Seen {
  /** Names of the tools that were called, in order. */
  readonly calls: Array<string>;
  /** Names of the tools whose calls were cancelled. */
  readonly cancelled: Array<string>;
}

export interface TestServerOptions {
  readonly seen?: Seen;
  /** How many tools a page of `tools/list` has. */
  readonly pageSize?: number;
  /** Ends the server in the middle of a call. */
  readonly die?: () => void;
  /** The last message as it came. */
  readonly lastMessage?: () => string;
}

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;
type Arguments = Readonly<Record<string, unknown>>;

const requestedSchema = {
  type: "object" as const,
  properties: { name: { type: "string" as const } },
  required: ["name"],
};

const text = (value: unknown): CallToolResult => ({
  content: [{ type: "text", text: String(value) }],
});

/** A real MCP server with tools that do what servers do, good and bad. */
export const testServer = ({
  seen = { calls: [], cancelled: [] },
  pageSize = 100,
  die = () => {},
  lastMessage = () => "",
}: TestServerOptions = {}) => {
  const { server } = new McpServer(
    { name: "test-server", title: "Test Server", version: "1" },
    {
      capabilities: {
        tools: { listChanged: true },
        logging: {},
        resources: { subscribe: true },
        prompts: {},
        completions: {},
      },
    },
  );
  const added: Array<string> = [];
  const subscribed = new Set<string>();

  const tools: Record<string, (given: Arguments, extra: Extra) => Promise<CallToolResult>> = {
    echo: async ({ message }) => text(message),
    fail: async () => ({ ...text("It broke."), isError: true }),
    refuse: async () => {
      throw new McpError(ErrorCode.InvalidParams, "Not like that.");
    },
    break: async () => {
      throw new McpError(-31_999, "A code of its own.");
    },
    tell: async ({ how, told }, { _meta, sendNotification }) => {
      if (how === "an error of the protocol") {
        throw new McpError(-32_000, String(told), { told });
      }
      if (how === "progress") {
        await sendNotification({
          method: "notifications/progress",
          params: { progressToken: _meta?.progressToken ?? "", progress: 1, message: String(told) },
        });
      }
      if (how === "a log message") {
        await server.sendLoggingMessage({ level: "error", data: { told } });
      }
      if (how === "an image") {
        const data = Buffer.from(String(told)).toString("base64");
        return { content: [{ type: "image", data, mimeType: "image/png" }] };
      }
      return { ...text(told), isError: how === "an error" };
    },
    structured: async () => ({ ...text("{}"), structuredContent: { degrees: 21 } }),
    exact: async ({ digits, where }) => ({
      ...text(`[${String(digits)},"${String(digits)}",1.5]`),
      ...(where === "text" ? {} : { structuredContent: { id: JSON.rawJSON(String(digits)) } }),
    }),
    wire: async () => text(`It came as ${lastMessage()}`),
    parts: async () => ({
      content: [
        { type: "text", text: "See:" },
        { type: "image", data: "AAAA", mimeType: "image/png" },
      ],
    }),
    big: async ({ bytes }) => text("x".repeat(Number(bytes))),
    "ask-name": async ({ who }, { sendRequest }) => {
      const answer = await sendRequest(
        { method: "elicitation/create", params: { message: String(who), requestedSchema } },
        ElicitResultSchema,
      );
      return text(JSON.stringify(answer));
    },
    "ask-aside": async ({ who }) =>
      text(JSON.stringify(await server.elicitInput({ message: String(who), requestedSchema }))),
    steps: async ({ count, ms }, { _meta, sendNotification }) => {
      for (let step = 1; step <= Number(count); step += 1) {
        await sleep(Number(ms));
        const progressToken = _meta?.progressToken ?? "";
        await sendNotification({
          method: "notifications/progress",
          params: { progressToken, progress: step, total: Number(count), message: `step ${step}` },
        });
      }
      return text("done");
    },
    hang: (_, { signal }) =>
      new Promise(() => {
        signal.addEventListener("abort", () => seen.cancelled.push("hang"));
      }),
    die: async ({ afterMs = 0 }, { _meta, sendNotification }) => {
      if (afterMs !== 0) {
        const params = { progressToken: _meta?.progressToken ?? "", progress: 1 };
        await sendNotification({ method: "notifications/progress", params });
      }
      await sleep(Number(afterMs));
      die();
      return new Promise(() => {});
    },
    session: async (_, { requestInfo, sessionId }) =>
      text(JSON.stringify({ sessionId, key: requestInfo?.headers["x-key"] })),
    touch: async ({ uri }) => {
      await server.sendResourceUpdated({ uri: String(uri) });
      return text(subscribed.size);
    },
    grow: async () => {
      added.push(`grown-${added.length + 1}`);
      await server.sendToolListChanged();
      return text(added.length);
    },
  };

  server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
    const start = Number(params?.cursor ?? 0);
    const names = [...Object.keys(tools), ...added];
    const end = start + pageSize;
    return {
      tools: names.slice(start, end).map((name) => ({
        name,
        description: `Does ${name}.`,
        inputSchema: { type: "object" as const },
        annotations: { readOnlyHint: name === "echo" },
      })),
      ...(end < names.length ? { nextCursor: String(end) } : {}),
    };
  });

  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) => {
    seen.calls.push(params.name);
    const tool = tools[params.name];
    if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, "No such tool.");
    return tool(params.arguments ?? {}, extra);
  });
  server.setRequestHandler(ListResourcesRequestSchema, ({ params }) => {
    const page = Number(params?.cursor ?? 0);
    const listed = [...resources, ...broken];
    return {
      resources: listed.slice(page, page + 1),
      ...(page + 1 < listed.length ? { nextCursor: String(page + 1) } : {}),
    };
  });
  server.setRequestHandler(ListResourceTemplatesRequestSchema, () => ({ resourceTemplates }));
  server.setRequestHandler(ReadResourceRequestSchema, ({ params: { uri } }) => {
    if (uri === "test://none") throw new McpError(-32_002, "There is no such resource.");
    return { contents: contentsOf(uri) };
  });
  server.setRequestHandler(SubscribeRequestSchema, ({ params: { uri } }) => {
    subscribed.add(uri);
    return {};
  });
  server.setRequestHandler(UnsubscribeRequestSchema, ({ params: { uri } }) => {
    subscribed.delete(uri);
    return {};
  });
  server.setRequestHandler(ListPromptsRequestSchema, () => ({ prompts }));
  server.setRequestHandler(GetPromptRequestSchema, ({ params }) =>
    filled(params.arguments?.["who"]),
  );
  server.setRequestHandler(CompleteRequestSchema, ({ params }) => completed(params.argument.value));
  return server;
};
