import { isJSONRPCRequest } from "@modelcontextprotocol/sdk/types.js";
import type { RequestId } from "@modelcontextprotocol/sdk/types.js";

/** The requests of one POST that have no answer yet: its reply is a stream that ends with the last of them. */
type Reply = Set<RequestId>;

/** Knows which requests are answered on which stream, because the SDK ends no stream whose request was cancelled. */
export class Replies {
  readonly #byRequest = new Map<RequestId, Reply>();

  /** Notes the requests in the body of a POST. Gives what to do once the client has left its stream: the requests to cancel. */
  open(body: unknown): () => ReadonlyArray<RequestId> {
    const reply: Reply = new Set(requestIds(body));
    for (const id of reply) this.#byRequest.set(id, reply);
    return () => {
      const left = [...reply];
      for (const id of left) this.end(id);
      return left;
    };
  }

  /** A request is answered or cancelled. Tells whether it was the last on its stream. */
  end(id: RequestId): boolean {
    const reply = this.#byRequest.get(id);
    if (reply === undefined) return false;
    this.#byRequest.delete(id);
    reply.delete(id);
    return reply.size === 0;
  }
}

const requestIds = (body: unknown): ReadonlyArray<RequestId> => {
  const messages: ReadonlyArray<unknown> = Array.isArray(body) ? body : [body];
  return messages.filter(isJSONRPCRequest).map(({ id }) => id);
};
