import { authAttempts, measuredRoute } from "@executor/api";
import type { WebHandler } from "@executor/api";
import { refusal } from "./loopback.ts";
import { mcpPath } from "./mcp-path.ts";

/** What JSON-RPC leaves to implementations (JSON-RPC 2.0, section 5.1). */
const serverError = -32000;

/** The MCP endpoint behind the same gate as the API: it lets in what comes from this machine and from no other site's page. */
export const mcpEndpoint = (handle: WebHandler): WebHandler =>
  measuredRoute(mcpPath, async (request) => {
    const { headers } = request;
    const message = refusal({
      host: headers.get("host") ?? undefined,
      origin: headers.get("origin") ?? undefined,
    });
    if (message === undefined) return handle(request);
    authAttempts.add(1, { surface: "mcp", outcome: "refused" });
    const error = { code: serverError, message };
    return Response.json({ jsonrpc: "2.0", error, id: null }, { status: 403 });
  });
