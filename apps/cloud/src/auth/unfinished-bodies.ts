import { maxDocumentBytes, withBoundedBody } from "./answer-auth.ts";
import type { Identity } from "./authenticate.ts";
import { bodyTooSlow, toResponse, tooManyUnfinishedBodies } from "./refusals.ts";

/** Limits of the bodies that have not arrived wholly. */
export interface UnfinishedLimits {
  /** Milliseconds in which a whole body has to arrive. */
  readonly maxMs: number;
  /** Bytes of one key or person: the largest body, and small ones beside it. */
  readonly maxSubjectBytes: number;
  /** Bytes of one organization. */
  readonly maxOrganizationBytes: number;
}

const defaults: UnfinishedLimits = {
  maxMs: 30_000,
  maxSubjectBytes: maxDocumentBytes + 4 * 1024 * 1024,
  maxOrganizationBytes: 2 * maxDocumentBytes + 8 * 1024 * 1024,
};

interface Reading {
  readonly identity: Identity;
  readonly beganAt: number;
  bytes: number;
}

/** Reads the bodies of requests, each in a bounded time, and holds a bounded number of bytes of those that have not arrived wholly. */
export class UnfinishedBodies {
  readonly #limits: UnfinishedLimits;
  /** In the order in which they began. */
  readonly #readings = new Set<Reading>();
  /** Bytes by organization and by subject. */
  readonly #bytes = new Map<string, number>();

  constructor(limits: UnfinishedLimits = defaults) {
    this.#limits = limits;
  }

  /** The request with its whole body, or a refusal: 400 `BodyIncomplete`, 408 `BodyTooSlow`, 413 `BodyTooLarge`, 429 `TooManyUnfinishedBodies`. */
  async read(request: Request, identity: Identity): Promise<Request | Response> {
    if (request.body === null) return request;
    const { maxMs } = this.#limits;
    const reading: Reading = { identity, beganAt: Date.now(), bytes: 0 };
    this.#readings.add(reading);
    const reader = request.body.getReader();
    let refusal: Response | undefined;
    const timer = setTimeout(() => {
      refusal = toResponse(bodyTooSlow(maxMs));
      void reader.cancel();
    }, maxMs);
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (value !== undefined && !this.#add(reading, value.byteLength)) {
          refusal ??= toResponse(tooManyUnfinishedBodies(maxMs / 1000));
        }
        if (refusal === undefined && !done) return controller.enqueue(value);
        controller.close();
        if (!done) await reader.cancel();
      },
      cancel: () => reader.cancel(),
    });
    try {
      const bounded = await withBoundedBody(request, maxDocumentBytes, body);
      return refusal ?? bounded;
    } finally {
      clearTimeout(timer);
      this.#end(reading);
    }
  }

  /** Counts bytes; `false` where they are too many. */
  #add(reading: Reading, bytes: number): boolean {
    const { maxMs, maxOrganizationBytes, maxSubjectBytes } = this.#limits;
    for (const first of this.#readings) {
      // One whose time is over is lost: the platform ended its request, because its client went away.
      if (Date.now() - first.beganAt <= maxMs) break;
      this.#end(first);
    }
    if (!this.#readings.has(reading)) return false;
    const { organization, subject } = reading.identity;
    const ofSubject = this.#count(subject, bytes);
    const ofOrganization = this.#count(organization, bytes);
    reading.bytes += bytes;
    return ofSubject <= maxSubjectBytes && ofOrganization <= maxOrganizationBytes;
  }

  #count(name: string, bytes: number): number {
    const sum = (this.#bytes.get(name) ?? 0) + bytes;
    this.#bytes.set(name, sum);
    if (sum === 0) this.#bytes.delete(name);
    return sum;
  }

  #end(reading: Reading): void {
    if (!this.#readings.delete(reading)) return;
    this.#count(reading.identity.subject, -reading.bytes);
    this.#count(reading.identity.organization, -reading.bytes);
  }
}
