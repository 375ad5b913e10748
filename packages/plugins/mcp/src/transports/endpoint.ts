import type { ResolvedSettings } from "@executor/sdk";
import { Either } from "effect";
import { createHash } from "node:crypto";
import { McpFailure } from "../failures.ts";

/** An MCP server over HTTP. `auto`: streamable HTTP, or SSE if the server does not support that. */
export interface HttpEndpoint {
  readonly transport: "auto" | "http" | "sse";
  readonly url: URL;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
}

/** An MCP server that is a program, connected by its standard input and output. */
export interface StdioEndpoint {
  readonly transport: "stdio";
  /** A name to find in PATH, or a path. */
  readonly command: string;
  readonly args: ReadonlyArray<string>;
  /** Variables in addition to the few that every program inherits. */
  readonly env: Readonly<Record<string, string>>;
  /** `undefined`: the daemon's own directory. */
  readonly cwd: string | undefined;
}

export type Endpoint = HttpEndpoint | StdioEndpoint;

const invalid = (message: string) =>
  Either.left(new McpFailure({ reason: "invalid_settings", message }));

/** The endpoint that the settings describe. */
export const endpointOf = (settings: ResolvedSettings): Either.Either<Endpoint, McpFailure> => {
  const { args, command, cwd, env, headers, transport, url } = settings;
  if (command !== undefined && url !== undefined) {
    return invalid("An MCP source has either a URL or a command, and both were given. Give one.");
  }
  if (command !== undefined) {
    if (transport !== undefined && transport !== "stdio") {
      return invalid(
        `A command is connected over stdio, not over ${transport}. Give a URL for that.`,
      );
    }
    return Either.right({ transport: "stdio", command, args: args ?? [], env: env ?? {}, cwd });
  }
  if (url === undefined || transport === "stdio") {
    return invalid(
      transport === "stdio"
        ? "The transport stdio needs a command. Give the program that is the MCP server."
        : "The source has neither a URL nor a command. Give the MCP server's URL, or the program that is the server.",
    );
  }
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return invalid("The MCP server's URL is not an http or https URL. Correct it.");
  }
  if (parsed.username !== "" || parsed.password !== "") {
    return invalid("The MCP server's URL holds a user name or password. Give them as a header.");
  }
  parsed.hash = "";
  return Either.right({ transport: transport ?? "auto", url: parsed, headers });
};

/** The address of an endpoint for people and for the binding of secrets: a URL, or `stdio:` and the program. */
export const endpointUrl = (endpoint: Endpoint): string =>
  endpoint.transport === "stdio" ? `stdio:${endpoint.command}` : endpoint.url.href;

/** Host and port of an endpoint over HTTP; `undefined` for a program. */
export const networkPlace = (
  endpoint: Endpoint,
): { readonly address: string; readonly port: string } | undefined => {
  if (endpoint.transport === "stdio") return undefined;
  const { hostname, port, protocol } = endpoint.url;
  return { address: hostname, port: port === "" ? (defaultPorts[protocol] ?? "") : port };
};

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** A key that is equal for the same server with the same credentials only. */
export const endpointKey = (endpoint: Endpoint): string =>
  createHash("sha256")
    .update(JSON.stringify(identityOf(endpoint)))
    .digest("base64");

const identityOf = (endpoint: Endpoint): ReadonlyArray<unknown> =>
  endpoint.transport === "stdio"
    ? ["stdio", endpoint.command, endpoint.args, sorted(endpoint.env), endpoint.cwd ?? null]
    : [
        endpoint.transport,
        endpoint.url.href,
        sorted(endpoint.headers).map(([name, value]) => [name.toLowerCase(), value]),
      ];

const sorted = (record: Readonly<Record<string, string>>): ReadonlyArray<[string, string]> =>
  Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
