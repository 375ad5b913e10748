import { hashPassword, verifyPassword } from "better-auth/crypto";
import { signInBusy } from "./refusals.ts";

/** Requests that may wait for the one that hashes. */
const maxWaiting = 8;

/** Pause between two looks at the gate, and after each hash, in which the process answers other requests. */
const turnMs = 10;

/** A request that was silent for so long is lost: the platform ended it, because its client went away. */
const lostMs = 10_000;

const retryAfterSeconds = 2;

/**
 * Lets one request after another hash a password, since the process does nothing else meanwhile: scrypt takes it some 100 ms, in
 * every form that workerd has. Each request waits on timers of its own and looks at what all of them share, because a promise
 * belongs to its request and might never be kept.
 */
export class PasswordGate {
  /** Times of the last looks of the requests that wait, in the order of their arrival. */
  readonly #waiting = new Map<symbol, number>();
  #hashing: { readonly id: symbol; readonly since: number } | undefined;

  /** Runs `hash` when it is this request's turn; throws {@link signInBusy} where too many wait already. */
  async run<A>(hash: () => Promise<A>): Promise<A> {
    const id = Symbol("request");
    this.#forgetLost();
    if (this.#waiting.size >= maxWaiting) throw signInBusy(retryAfterSeconds);
    this.#waiting.set(id, Date.now());
    while (!this.#isNext(id)) {
      await turn();
      this.#waiting.set(id, Date.now());
      this.#forgetLost();
    }
    this.#waiting.delete(id);
    this.#hashing = { id, since: Date.now() };
    try {
      return await hash();
    } finally {
      await turn();
      if (this.#hashing.id === id) this.#hashing = undefined;
    }
  }

  #isNext(id: symbol): boolean {
    const [first] = this.#waiting.keys();
    return this.#hashing === undefined && first === id;
  }

  #forgetLost(): void {
    const before = Date.now() - lostMs;
    for (const [id, lastLook] of this.#waiting) if (lastLook < before) this.#waiting.delete(id);
    if (this.#hashing !== undefined && this.#hashing.since < before) this.#hashing = undefined;
  }
}

const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, turnMs);
  });

const gate = new PasswordGate();

/** better-auth's own hashes (scrypt, N 16384, r 16, p 1) behind the gate of this process. */
export const gatedPasswords = {
  hash: (password: string): Promise<string> => gate.run(() => hashPassword(password)),
  verify: (stored: { readonly hash: string; readonly password: string }): Promise<boolean> =>
    gate.run(() => verifyPassword(stored)),
};
