import { hashPassword, verifyPassword } from "better-auth/crypto";
import { signInBusy } from "./refusals.ts";
import { isLost, WaitingLine } from "./waiting-line.ts";

/** Requests that may wait for the one that hashes. */
const maxWaiting = 8;

/** Pause between two looks at the gate, and after each hash, in which the process answers other requests. */
const turnMs = 10;

/** Pause between two hashes of different requests: it leaves other requests four fifths of the process in a flood of sign-ins. */
const restMs = 200;

const retryAfterSeconds = 2;

/** A request that hashes since this time. */
interface Hashing {
  since: number;
}

/**
 * Lets one request after another hash a password, since the process does nothing else meanwhile: scrypt takes it some 100 ms, in
 * every form that workerd has.
 */
export class PasswordGate {
  readonly #waiting = new WaitingLine();
  #hashing: Hashing | undefined;
  /** Time from which the next request may hash. */
  #restsUntil = 0;

  /** Runs `hash` when it is this request's turn; throws {@link signInBusy} where too many wait already. */
  async run<A>(hash: () => Promise<A>): Promise<A> {
    if (this.#waiting.isFull(maxWaiting)) throw signInBusy(retryAfterSeconds);
    const hashing = { since: 0 };
    await this.#waiting.wait(turnMs, () => this.#begin(hashing));
    try {
      return await hash();
    } finally {
      // After it the clock shows the time of the hash, too.
      await turn();
      if (this.#hashing === hashing) {
        this.#hashing = undefined;
        this.#restsUntil = Date.now() + restMs;
      }
    }
  }

  #begin(hashing: Hashing): boolean {
    if (this.#hashing !== undefined && !isLost(this.#hashing.since)) return false;
    if (Date.now() < this.#restsUntil) return false;
    hashing.since = Date.now();
    this.#hashing = hashing;
    return true;
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
