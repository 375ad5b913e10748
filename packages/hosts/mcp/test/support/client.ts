import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import type { ElicitRequest, ElicitResult } from "@modelcontextprotocol/sdk/types.js";
import { Effect } from "effect";
import { Served } from "./host.ts";

export interface ClientOptions {
  readonly name?: string;
  /** What follows the endpoint's path, such as `/triage`. */
  readonly path?: string;
  /** Answers questions; without it the client does not support elicitation. */
  readonly elicit?: (params: ElicitRequest["params"]) => Promise<ElicitResult>;
}

/** The SDK's client, connected to the host over HTTP until the test ends. */
export const connect = ({ name = "test", path = "", elicit }: ClientOptions = {}) =>
  Effect.gen(function* () {
    const { url } = yield* Served;
    const capabilities = elicit === undefined ? {} : { elicitation: {} };
    const client = new Client({ name, version: "1" }, { capabilities });
    if (elicit !== undefined) {
      client.setRequestHandler(ElicitRequestSchema, ({ params }) => elicit(params));
    }
    const transport = new StreamableHTTPClientTransport(new URL(url + path));
    yield* Effect.acquireRelease(
      Effect.promise(() => client.connect(transport)),
      () => Effect.promise(() => client.close()),
    );
    return { client, transport };
  });

/** Calls `execute`, and returns the raw result. */
export const execute = (client: Client, code: string) =>
  Effect.promise(() => client.callTool({ name: "execute", arguments: { code } }));

/** Sends a message that no client of the SDK would send. */
export const post = (body: string, headers: Readonly<Record<string, string>> = {}) =>
  Effect.flatMap(Served, ({ url }) =>
    Effect.promise(() =>
      fetch(url, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          ...headers,
        },
        body,
      }),
    ),
  );

export const initialize = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "by-hand", version: "1" },
  },
});
