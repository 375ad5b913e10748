import { isJSONRPCRequest } from "@modelcontextprotocol/server";
import type { RequestId } from "@modelcontextprotocol/server";

/** The unanswered requests of one POST: its reply is a stream that ends with the last of them. */
type Reply = Set<RequestId>;

/** Knows on which stream each request is answered, because the SDK does not end the stream of a cancelled request. */
export class Replies {
  readonly #byRequest = new Map<RequestId, Reply>();

  /** Notes the requests in the body of a POST. The result ends its reply and returns the requests left unanswered. */
  open(body: unknown): () => ReadonlyArray<RequestId> {
    const messages: ReadonlyArray<unknown> = Array.isArray(body) ? body : [body];
    const reply: Reply = new Set(messages.filter(isJSONRPCRequest).map(({ id }) => id));
    for (const id of reply) this.#byRequest.set(id, reply);
    return () => {
      const unanswered = [...reply];
      for (const id of unanswered) this.end(id);
      return unanswered;
    };
  }

  /** Notes that a request is answered or cancelled. Returns whether it was the last on its stream. */
  end(id: RequestId): boolean {
    const reply = this.#byRequest.get(id);
    if (reply === undefined) return false;
    this.#byRequest.delete(id);
    reply.delete(id);
    return reply.size === 0;
  }
}
