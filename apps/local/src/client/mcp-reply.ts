import { isJSONRPCRequest, parseJSONRPCMessage } from "@modelcontextprotocol/client";
import type { FetchLike, JSONRPCMessage, RequestId } from "@modelcontextprotocol/client";
import { Option, Schema, Stream } from "effect";
import { patient } from "./daemon.ts";

export const sessionLost = 404;
/** Error codes of JSON-RPC 2.0, section 5.1; the second lies in the range for implementations. */
export const parseError = -32700;
export const transportError = -32000;
export const lost =
  "The daemon ended before it had answered. What the code had done by then stays done; see its log.";
/** A header of requests that belong to no session (MCP 2026-07-28, "Transports"). */
const statelessHeader = "mcp-method";

/** An error as the answer to the request `id`. */
export const errorMessage = (
  id: RequestId | undefined,
  message: string,
  code = transportError,
): JSONRPCMessage => ({
  jsonrpc: "2.0",
  ...(id !== undefined && { id }),
  error: { code, message },
});

/** A `fetch` for the SDK's transport: its reply to a request holds an answer, or an error in place of one. */
export const fetchReply: FetchLike = async (url, init) => {
  const isStream = init?.method === "GET";
  if (isStream && init.signal?.aborted === true) return noStream();
  const response = await fetch(url, { ...init, ...patient });
  if (isStream) return response.status === sessionLost ? noStream() : response;
  const id = requestId(init?.body);
  const isStateless = new Headers(init?.headers).has(statelessHeader);
  if (id === undefined || (response.status === sessionLost && !isStateless)) return response;
  if (response.ok) return withAnswer(response, id);
  const text = await response.clone().text();
  // A refusal that names the request is the protocol's, and passes as it is.
  if (Option.exists(decodeRefusal(text), (refusal) => refusal.id === id)) {
    return new Response(text, { headers: { "content-type": "application/json" } });
  }
  return Option.match(decodeRefusal(text), {
    onNone: () => response,
    onSome: ({ error }) => Response.json(errorMessage(id, error.message)),
  });
};

/** The reply that makes the SDK's transport stop requesting a session's stream. */
const noStream = (): Response => new Response(null, { status: 405 });

const requestId = (body: unknown): RequestId | undefined => {
  if (typeof body !== "string") return undefined;
  const message = parseJSONRPCMessage(JSON.parse(body));
  return isJSONRPCRequest(message) ? message.id : undefined;
};

const decodeRefusal = Schema.decodeUnknownOption(
  Schema.parseJson(
    Schema.Struct({
      id: Schema.optional(Schema.Unknown),
      error: Schema.Struct({ message: Schema.String }),
    }),
  ),
);

/** The event stream of a reply, with an error at its end: the answer where the daemon gave none. */
const withAnswer = (response: Response, id: RequestId): Response => {
  const { body, headers } = response;
  if (body === null || !headers.get("content-type")?.startsWith("text/event-stream"))
    return response;
  const last = `\n\ndata: ${JSON.stringify(errorMessage(id, lost))}\n\n`;
  const events = Stream.fromReadableStream(
    () => body,
    () => lost,
  ).pipe(
    Stream.catchAll(() => Stream.empty),
    Stream.concat(Stream.make(new TextEncoder().encode(last))),
  );
  return new Response(Stream.toReadableStream(events), { headers });
};
