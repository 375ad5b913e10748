import { JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";
import { EventSourceParserStream } from "eventsource-parser/stream";

/** The messages of a reply: of an event stream as they come, or the one that a JSON body is. */
export async function* messagesOf(response: Response): AsyncGenerator<JSONRPCMessage> {
  if (response.body === null) return;
  if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
    yield JSONRPCMessageSchema.parse(await response.json());
    return;
  }
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { data } of events) {
    if (data !== "") yield JSONRPCMessageSchema.parse(JSON.parse(data));
  }
}

/** What JSON-RPC leaves to implementations (JSON-RPC 2.0, section 5.1). */
export const errorMessage = (
  id: RequestId | undefined,
  message: string,
  code = -32000,
): JSONRPCMessage => ({
  jsonrpc: "2.0",
  ...(id !== undefined && { id }),
  error: { code, message },
});
