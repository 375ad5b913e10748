import { authAttempts } from "@executor/api";
import type { Identity } from "../auth/identity.ts";

const sessionHeader = "mcp-session-id";

/** How many sessions' owners are remembered; the host itself holds no more. */
const capacity = 10_000;

/** Knows whose each MCP session is: a session's id alone opens nothing. */
export class McpSessions {
  readonly #owners = new Map<string, string>();

  /** Hands a request on to the host, unless its session is another's. */
  async handle(
    request: Request,
    { subject }: Identity,
    host: (request: Request) => Promise<Response>,
  ): Promise<Response> {
    const id = request.headers.get(sessionHeader);
    const owner = id === null ? undefined : this.#owners.get(id);
    if (id !== null && owner !== undefined && owner !== subject) {
      authAttempts.add(1, { surface: "mcp", outcome: "forbidden" });
      return notYours();
    }
    authAttempts.add(1, { surface: "mcp", outcome: "ok" });
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

const notYours = (): Response =>
  Response.json(
    {
      jsonrpc: "2.0",
      error: {
        code: -32_000,
        message: "This session belongs to another key. Send initialize to begin one.",
      },
      id: null,
    },
    { status: 403 },
  );
