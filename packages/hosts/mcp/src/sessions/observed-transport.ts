import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import type { JSONRPCMessage, RequestId } from "@modelcontextprotocol/sdk/types.js";

export interface Observer {
  readonly received: (message: JSONRPCMessage) => void;
  /** Before the message is on its way; `about` is the client's request that it belongs to. */
  readonly sent: (message: JSONRPCMessage, about: RequestId | undefined) => void;
  readonly closed: () => void;
}

/** `inner` as a server connects to it, with an observer of each message. */
export const observedTransport = (
  inner: WebStandardStreamableHTTPServerTransport,
  observer: Observer,
): Transport => {
  const outer: Transport = {
    start: () => inner.start(),
    send: (message, { relatedRequestId } = {}) => {
      observer.sent(message, relatedRequestId);
      return inner.send(message, relatedRequestId === undefined ? {} : { relatedRequestId });
    },
    close: () => inner.close(),
  };
  inner.onmessage = (message, extra) => {
    observer.received(message);
    outer.onmessage?.(message, extra);
  };
  inner.onerror = (error) => outer.onerror?.(error);
  inner.onclose = () => {
    observer.closed();
    outer.onclose?.();
  };
  return outer;
};
