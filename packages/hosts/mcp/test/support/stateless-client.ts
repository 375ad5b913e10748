import {
  Client,
  type ElicitRequest,
  type ElicitResult,
  StreamableHTTPClientTransport,
} from "@modelcontextprotocol/client";
import { Effect } from "effect";
import { Served } from "./host.ts";

export interface StatelessClientOptions {
  readonly name?: string;
  /** What follows the endpoint's path, such as `/triage`. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers questions; without it the client does not support elicitation. */
  readonly elicit?: (params: ElicitRequest["params"]) => Promise<ElicitResult>;
  /** Called when the server has said that the tools have changed. */
  readonly onToolsChanged?: () => void;
}

/** The client of MCP 2026-07-28, connected to the host over HTTP until the test ends. */
export const connectStateless = ({
  name = "test",
  path = "",
  headers = {},
  elicit,
  onToolsChanged,
}: StatelessClientOptions = {}) =>
  Effect.gen(function* () {
    const { url } = yield* Served;
    const client = new Client(
      { name, version: "1" },
      {
        capabilities: elicit === undefined ? {} : { elicitation: {} },
        versionNegotiation: { mode: { pin: "2026-07-28" } },
        ...(onToolsChanged !== undefined && {
          listChanged: { tools: { autoRefresh: false, onChanged: onToolsChanged } },
        }),
      },
    );
    if (elicit !== undefined) {
      client.setRequestHandler("elicitation/create", ({ params }) => elicit(params));
    }
    const transport = new StreamableHTTPClientTransport(new URL(url + path), {
      requestInit: { headers },
    });
    yield* Effect.acquireRelease(
      Effect.promise(() => client.connect(transport)),
      () => Effect.promise(() => client.close()),
    );
    return client;
  });

const envelope = (capabilities: object) => ({
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": capabilities,
  "io.modelcontextprotocol/clientInfo": { name: "by-hand", version: "1" },
});

export interface Answer {
  readonly status: number;
  /** The last message of the reply. */
  readonly message: unknown;
}

/** Sends one request by hand, and reads its reply to the end. */
export const send = (
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  {
    capabilities = { elicitation: {} },
    headers = {},
    path = "",
    signal,
  }: {
    readonly capabilities?: object;
    readonly headers?: Readonly<Record<string, string>>;
    /** What follows the endpoint's path, such as `/triage`. */
    readonly path?: string;
    readonly signal?: AbortSignal;
  } = {},
) =>
  Effect.flatMap(Served, ({ url }) =>
    Effect.promise(async (): Promise<Answer> => {
      const { name } = params;
      const response = await fetch(url + path, {
        method: "POST",
        signal: signal ?? null,
        headers: {
          "content-type": "application/json",
          accept: "application/json, text/event-stream",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": method,
          ...(typeof name === "string" && { "mcp-name": name }),
          ...headers,
        },
        body: JSON.stringify({
          jsonrpc: "2.0",
          id: 1,
          method,
          params: { ...params, _meta: envelope(capabilities) },
        }),
      });
      const text = await response.text();
      const data = text.split("\n").findLast((line) => line.startsWith("data: "));
      return { status: response.status, message: JSON.parse(data?.slice(6) ?? text) };
    }),
  );
