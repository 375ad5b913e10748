import { Schema } from "effect";

type Members = Readonly<Record<string, unknown>>;

const Message = Schema.parseJson(
  Schema.Struct({
    id: Schema.Unknown,
    method: Schema.String,
    params: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  }),
);
const read = Schema.decodeUnknownSync(Message);

export interface ModernServer {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const state = "what the server needs to go on, ☃";

const tool = (name: string) => ({
  name,
  inputSchema: { type: "object" },
  annotations: { readOnlyHint: true },
});

const text = (said: string) => ({ content: [{ type: "text", text: said }] });

const question = {
  resultType: "input_required",
  requestState: state,
  inputRequests: {
    who: {
      method: "elicitation/create",
      params: {
        mode: "form",
        message: "Who?",
        requestedSchema: { type: "object", properties: { name: { type: "string" } } },
      },
    },
  },
};

const call = (params: Members): Members => {
  if (params["name"] === "echo") return text(JSON.stringify(params["arguments"]));
  if (params["inputResponses"] === undefined) return question;
  return text(`${params["requestState"] === state} ${JSON.stringify(params["inputResponses"])}`);
};

const results: Readonly<Record<string, (params: Members) => Members>> = {
  "server/discover": () => ({
    supportedVersions: ["2026-07-28"],
    capabilities: { tools: {} },
    instructions: "Ask who is there.",
  }),
  "tools/list": () => ({ tools: [tool("echo"), tool("ask")], ttlMs: 0, cacheScope: "private" }),
  "tools/call": call,
};

const answer = ({ id, method, params }: typeof Message.Type): Response => {
  const result = results[method];
  if (result === undefined) {
    const error = { code: -32_601, message: "There is no such method." };
    return Response.json({ jsonrpc: "2.0", id, error }, { status: 404 });
  }
  return Response.json({
    jsonrpc: "2.0",
    id,
    result: { resultType: "complete", ...result(params) },
  });
};

/** An MCP server of 2026-07-28 alone, as somebody may write it by hand: no session, and questions as results. */
export const startModernServer = (): ModernServer => {
  const listener = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: async (request) =>
      request.method === "POST"
        ? answer(read(await request.text()))
        : new Response(null, { status: 405 }),
  });
  return { url: `http://127.0.0.1:${listener.port}/mcp`, stop: () => listener.stop(true) };
};
