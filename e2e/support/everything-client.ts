import { Schema } from "effect";
import { apiClient } from "./api-client.ts";
import type { Daemon } from "./daemon.ts";
import { parseExposition, sumOf } from "./exposition-text.ts";

/** An execution as the documentation gives it, with the questions that it waits for. */
const Execution = Schema.Struct({
  id: Schema.String,
  status: Schema.String,
  durationMs: Schema.Number,
  output: Schema.NullOr(Schema.Struct({ value: Schema.Unknown })),
  error: Schema.NullOr(Schema.Struct({ name: Schema.String, message: Schema.String })),
  approvals: Schema.Array(
    Schema.Struct({
      id: Schema.String,
      kind: Schema.String,
      address: Schema.String,
      message: Schema.String,
      requestedSchema: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
    }),
  ),
});
type Execution = typeof Execution.Type;

/** What an operator, an agent and a person ask of a daemon that has MCP servers as its sources. */
export const mcpSourceClient = (daemon: Daemon) => {
  const post = async (path: string, body: unknown): Promise<Execution> => {
    const reply = await daemon.request("POST", path, body);
    if (reply.status !== 200) throw new Error(`${path} answered ${reply.status}: ${reply.text}`);
    return Schema.decodeUnknownSync(Execution)(reply.json());
  };
  return {
    add: async (namespace: string, settings: Record<string, unknown>) => {
      const reply = await daemon.request("POST", "/api/sources", {
        namespace,
        kind: "mcp",
        ...settings,
      });
      if (reply.status !== 201) throw new Error(`Answered ${reply.status}: ${reply.text}`);
      return reply.json();
    },
    allowAll: (...namespaces: ReadonlyArray<string>) =>
      daemon.request(
        "PUT",
        "/api/policies",
        namespaces.map((namespace) => ({ pattern: `${namespace}.*`, decision: "allow" })),
      ),
    run: (code: string) => post("/api/executions", { code }),
    answer: ({ approvals, id }: Execution, content: Record<string, unknown>) =>
      post(`/api/executions/${id}/resume`, {
        approvalId: approvals[0]?.id ?? "none",
        action: "accept",
        content,
      }),
    counted: async (name: string, labels: Record<string, string>) =>
      sumOf(parseExposition(await apiClient(daemon).metrics()), name, labels),
  };
};
