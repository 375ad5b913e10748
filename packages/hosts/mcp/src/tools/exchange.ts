import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";

/** One request of a client while it is under way: what can be sent to the client beside it. */
export type Exchange = RequestHandlerExtra<ServerRequest, ServerNotification>;
