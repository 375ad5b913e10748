import { apiClient } from "../daemon/api-client.ts";
import type { Execution } from "../daemon/api-client.ts";
import type { Daemon } from "../daemon/daemon.ts";

/** What an operator, an agent and a person ask of a daemon that has MCP servers as its sources. */
export const mcpSourceClient = (daemon: Daemon) => {
  const client = apiClient(daemon);
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
    run: (code: string) => client.execute(code),
    answer: ({ approvals, id }: Execution, content: Record<string, unknown>) =>
      client.resume(id, { approvalId: approvals[0]?.id ?? "none", action: "accept", content }),
    counted: client.counted,
  };
};
