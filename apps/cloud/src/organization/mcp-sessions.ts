import { authAttempts, Forbidden, toolkitInPath } from "@executor/api";
import type { WebHandler } from "@executor/api";
import { Option, Schema } from "effect";
import { boundTo, decodeIdentity, identityHeader } from "../auth/authenticate.ts";
import { mcpPermission } from "../auth/permissions.ts";
import type { Identity } from "../auth/authenticate.ts";

const encodeForbidden = Schema.encodeSync(Forbidden);

/** The MCP endpoint of an organization: lets in callers with the permission to run code, each to its own sessions. */
export const mcpEndpoint = (host: WebHandler): WebHandler => {
  const sessions = new McpSessions();
  return async (request) => {
    const identity = identityOf(request);
    const message = refusalOf(request, identity);
    if (identity !== undefined && message === undefined) {
      return sessions.handle(request, identity, host);
    }
    authAttempts.add(1, { surface: "mcp", outcome: "forbidden" });
    return Response.json(encodeForbidden(new Forbidden({ message: message ?? needsPermission })), {
      status: 403,
    });
  };
};

const needsPermission = `MCP needs the permission ${mcpPermission}. Use a key that has it.`;

/** Why an identity may not use the endpoint of a request's path, if it may not. */
const refusalOf = (request: Request, identity: Identity | undefined): string | undefined => {
  if (identity?.permissions.includes(mcpPermission) !== true) return needsPermission;
  const { toolkit } = identity;
  const named = toolkitInPath(request);
  return toolkit === null || named === undefined || named === toolkit
    ? undefined
    : boundTo(toolkit);
};

const identityOf = ({ headers }: Request): Identity | undefined =>
  Option.getOrUndefined(decodeIdentity(headers.get(identityHeader)));

/** Key or person that sent a request, as the Worker verified it. */
export const subjectOf = (request: Request): string => identityOf(request)?.subject ?? "";

/** Toolkit of a request to the MCP endpoint: the one that its key is bound to, else the one in its path. */
export const toolkitOf = (request: Request): string | undefined =>
  identityOf(request)?.toolkit ?? toolkitInPath(request);

const sessionHeader = "mcp-session-id";

/** Sessions whose owners are remembered; the host itself holds no more. */
const capacity = 10_000;

/** Owners of the MCP sessions: an id alone does not open a session, nor does the id of a forgotten one. */
export class McpSessions {
  readonly #owners = new Map<string, string>();

  /** Forwards a request to the host, unless its session belongs to another owner. */
  async handle(request: Request, { subject }: Identity, host: WebHandler): Promise<Response> {
    const id = request.headers.get(sessionHeader);
    const owner = id === null ? subject : this.#owners.get(id);
    if (owner !== undefined && owner !== subject) {
      authAttempts.add(1, { surface: "mcp", outcome: "forbidden" });
      return refused(403, -32_000, "This session belongs to another key.");
    }
    authAttempts.add(1, { surface: "mcp", outcome: "ok" });
    if (owner === undefined)
      return refused(404, -32_001, "The session does not exist or has ended.");
    const response = await host(request);
    const opened = response.headers.get(sessionHeader);
    if (id === null && opened !== null) this.#remember(opened, subject);
    return response;
  }

  #remember(id: string, owner: string): void {
    const [oldest] = this.#owners.keys();
    if (this.#owners.size >= capacity && oldest !== undefined) this.#owners.delete(oldest);
    this.#owners.set(id, owner);
  }
}

/** A client begins another session after 404 (MCP 2025-11-25, "Session Management"). */
const refused = (status: 403 | 404, code: number, why: string): Response =>
  Response.json(
    {
      jsonrpc: "2.0",
      error: { code, message: `${why} Send initialize without Mcp-Session-Id to begin one.` },
      id: null,
    },
    { status },
  );
