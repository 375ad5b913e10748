import type { Refusal } from "./authenticate.ts";
import { tooManyRequests } from "./request-limit.ts";
import { WaitingLine } from "./waiting-line.ts";

/** Milliseconds after its beginning in which a request that has not ended is young. A longer one mostly waits for something. */
const youngMs = 50;

/** Milliseconds between two requests of an organization for which others' young requests hold it back, at most. */
const heldMs = 100;

/** How many times as many requests an organization has as those that it is held back for. */
const farMore = 4;

/** Requests of one organization that may wait. */
const maxWaiting = 200;

/** Pause between two looks. */
const lookMs = 5;

interface Queue {
  readonly waiting: WaitingLine;
  /** The request that began last, unless it has ended. */
  latest: symbol | undefined;
  beganAt: number;
}

/**
 * Lets the organizations' requests begin in turns. All of a process share one thread, in which a request goes on in many small
 * steps and would wait for a step of each other request at every one of them. So an organization's next request begins when the one
 * before has ended or is no longer young, and an organization with far more requests than another waits for the other's young one.
 */
export class RequestTurns {
  readonly #queues = new Map<string, Queue>();

  /** Answers a request by `answer` when it is its turn; refuses it where too many of its organization wait already. */
  async run(organization: string, answer: () => Promise<Response>): Promise<Response | Refusal> {
    const queue = this.#queueOf(organization);
    if (queue.waiting.isFull(maxWaiting)) return tooManyWaiting();
    const id = Symbol("request");
    await queue.waiting.wait(lookMs, () => {
      if (!this.#mayBegin(queue)) return false;
      queue.latest = id;
      queue.beganAt = Date.now();
      return true;
    });
    try {
      return await answer();
    } finally {
      if (queue.latest === id) queue.latest = undefined;
      if (sizeOf(queue) === 0) this.#queues.delete(organization);
    }
  }

  #queueOf(organization: string): Queue {
    const known = this.#queues.get(organization);
    if (known !== undefined) return known;
    const queue: Queue = { waiting: new WaitingLine(), latest: undefined, beganAt: 0 };
    this.#queues.set(organization, queue);
    return queue;
  }

  #mayBegin(queue: Queue): boolean {
    if (isYoung(queue)) return false;
    if (Date.now() - queue.beganAt >= heldMs) return true;
    for (const other of this.#queues.values()) {
      if (isYoung(other) && sizeOf(other) * farMore <= sizeOf(queue)) return false;
    }
    return true;
  }
}

const isYoung = ({ beganAt, latest }: Queue): boolean =>
  latest !== undefined && Date.now() - beganAt < youngMs;

const sizeOf = ({ latest, waiting }: Queue): number =>
  waiting.size + (latest === undefined ? 0 : 1);

const tooManyWaiting = (): Refusal => {
  const message = `${maxWaiting} requests of the organization wait already. Send fewer at once.`;
  return tooManyRequests({ message, limit: maxWaiting, retryAfterSeconds: 1 });
};
