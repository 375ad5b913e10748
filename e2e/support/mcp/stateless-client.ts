import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { ElicitRequest, ElicitResult, Transport } from "@modelcontextprotocol/client";

export interface StatelessClientOptions {
  readonly name?: string;
  /** Answers questions; a client without it says that it cannot be asked. */
  readonly elicit?: (params: ElicitRequest["params"]) => Promise<ElicitResult>;
}

/** The reference implementation's client of MCP 2026-07-28, which has no sessions. */
export const statelessOver = async (
  transport: Transport,
  { name = "e2e", elicit }: StatelessClientOptions = {},
) => {
  let changes = 0;
  const client = new Client(
    { name, version: "1" },
    {
      capabilities: elicit === undefined ? {} : { elicitation: {} },
      versionNegotiation: { mode: { pin: "2026-07-28" } },
      listChanged: {
        tools: {
          autoRefresh: false,
          onChanged: () => {
            changes += 1;
          },
        },
      },
    },
  );
  if (elicit !== undefined) {
    client.setRequestHandler("elicitation/create", ({ params }) => elicit(params));
  }
  await client.connect(transport);
  const execute = (code: string, options: Parameters<Client["callTool"]>[1] = {}) =>
    client.callTool({ name: "execute", arguments: { code } }, options);
  return { client, execute, changes: () => changes };
};

/** Over streamable HTTP to the daemon at `url`. */
export const statelessTo = (url: string, options?: StatelessClientOptions) =>
  statelessOver(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)), options);
