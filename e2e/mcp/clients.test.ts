import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { join } from "node:path";
import { runToEnd } from "../support/cli/command.ts";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { startPetShop } from "../support/upstreams/pet-shop.ts";
import type { PetShop } from "../support/upstreams/pet-shop.ts";

const peers = join(import.meta.dirname, "..", "peers");
const main = join(import.meta.dirname, "..", "..", "apps", "local", "src", "main.ts");

/** What the scripts share: they list the tools, call one, and answer an approval. They print what they got. */
const add = `return await tools.shop.add({ body: { name: "Rex" } })`;
const tell = `const tell = (tools, read, wrote) => {
  console.log(JSON.stringify({ tools, read, wrote })); process.exit(0);
};
const run = (code) => ({ name: "execute", arguments: { code } });
const text = (result) => JSON.stringify(result);
const url = process.env.MCP_URL, port = process.env.MCP_PORT, main = process.env.MCP_MAIN;
const add = ${JSON.stringify(add)};
/** For clients that cannot show a form: the answer goes by resume. */
const resumed = async (client) => {
  const result = await client.callTool(run(add));
  const { executionId, approvals: [{ approvalId }] } = result.structuredContent ?? JSON.parse(
    JSON.stringify({ executionId: /exec_\\w+/.exec(text(result))[0], approvals: [{ approvalId: /appr_\\w+/.exec(text(result))[0] }] }));
  return client.callTool({ name: "resume", arguments: { executionId, approvalId, action: "accept" } });
};
const done = async (client, wrote) => {
  const { tools } = await client.listTools();
  tell(tools.map(({ name }) => name), text(await client.callTool(run("return 6 * 7"))), text(await wrote()));
};
`;

const sdk = (name: string, transport: string, capabilities: string, wrote: string) => `
import { Client } from "${name}/client/index.js";
${transport}
${tell}
const client = new Client({ name: "peer", version: "1" }, { capabilities: ${capabilities} });
${wrote}
await client.connect(transport());
await done(client, write);`;

const byForm = (name: string) => `
const { ElicitRequestSchema } = await import("${name}/types.js");
client.setRequestHandler(ElicitRequestSchema, async () => ({ action: "accept", content: {} }));
const write = () => client.callTool(run(add));`;
const byResume = "const write = () => resumed(client);";
const http = (name: string) => `
import { StreamableHTTPClientTransport } from "${name}/client/streamableHttp.js";
const transport = () => new StreamableHTTPClientTransport(new URL(process.env.MCP_URL));`;
const stdio = (name: string, command: string) => `
import { StdioClientTransport } from "${name}/client/stdio.js";
const transport = () => new StdioClientTransport({ command: "bun", args: ${command}, env: process.env });`;

const bridge = `[process.env.MCP_MAIN, "mcp", "--port", process.env.MCP_PORT]`;
const remote = `["node_modules/mcp-remote/dist/proxy.js", process.env.MCP_URL, "--allow-http", "--transport", "http-only"]`;

const clients: Readonly<Record<string, string>> = {
  "SDK 1.0.4 over stdio": sdk("mcp-sdk-1.0", stdio("mcp-sdk-1.0", bridge), "{}", byResume),
  "SDK 1.20 over HTTP": sdk(
    "mcp-sdk-1.20",
    http("mcp-sdk-1.20"),
    "{ elicitation: {} }",
    byForm("mcp-sdk-1.20"),
  ),
  "SDK 1.20 over mcp-remote": sdk("mcp-sdk-1.20", stdio("mcp-sdk-1.20", remote), "{}", byResume),
  "@ai-sdk/mcp": `
import { createMCPClient } from "@ai-sdk/mcp";
${tell}
const client = await createMCPClient({ transport: { type: "http", url } });
const tools = await client.tools();
const call = ({ name, arguments: input }) => tools[name].execute(input, { toolCallId: "1", messages: [] });
tell(Object.keys(tools), text(await call(run("return 6 * 7"))), text(await resumed({ callTool: call })));`,
  "@langchain/mcp-adapters": `
import { MultiServerMCPClient } from "@langchain/mcp-adapters";
${tell}
const client = new MultiServerMCPClient({ mcpServers: { executor: { transport: "http", url } } });
const tools = await client.getTools();
const call = ({ name, arguments: input }) => tools.find((tool) => tool.name === name).invoke(input);
tell(tools.map(({ name }) => name), text(await call(run("return 6 * 7"))), text(await resumed({ callTool: call })));`,
  "@openai/agents": `
import { MCPServerStreamableHttp } from "@openai/agents";
${tell}
const server = new MCPServerStreamableHttp({ url });
await server.connect();
const tools = await server.listTools();
const call = async ({ name, arguments: input }) => ({ content: await server.callTool(name, input) });
tell(tools.map(({ name }) => name), text(await call(run("return 6 * 7"))), text(await resumed({ callTool: call })));`,
};

describe("clients of other makers and years", () => {
  let daemon: Daemon;
  let shop: PetShop;
  beforeAll(async () => {
    shop = startPetShop();
    daemon = await startDaemon();
    await apiClient(daemon).addSource({
      namespace: "shop",
      kind: "openapi",
      url: shop.documentUrl,
    });
  });
  afterAll(async () => {
    await daemon.stop();
    await shop.stop();
  });

  for (const [name, script] of Object.entries(clients)) {
    it(`${name}: lists, calls and answers an approval`, async () => {
      const before = shop.added().length;
      const { stdout, stderr } = await runToEnd(["bun", "-e", script], {
        cwd: peers,
        env: {
          ...process.env,
          MCP_URL: `${daemon.url}/mcp`,
          MCP_PORT: String(daemon.port),
          MCP_MAIN: main,
        },
        stdin: new Uint8Array(),
        timeout: 60_000,
      });
      expect(`${stdout}\n${stderr}`).toContain(`{"tools":["execute","resume"]`);
      expect(stdout).toContain("42");
      expect(stdout).toMatch(/number/);
      expect(shop.added()).toHaveLength(before + 1);
    });
  }
});
