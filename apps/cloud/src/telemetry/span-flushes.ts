import type { Effect } from "effect";
import type { OrganizationSpans } from "./traces.ts";

/** Alarms in a row for spans that a receiver does not take. Later they wait for the organization's next request. */
const maxRetries = 5;

type Run = (effect: Effect.Effect<void>) => Promise<void>;

/** The flushes of an organization's spans, one at a time: a receiver that hangs has one request of each organization at most. */
export class SpanFlushes {
  readonly #spans: Pick<OrganizationSpans, "delayMillis" | "flush" | "waiting">;
  readonly #run: Run;
  #isRunning = false;
  #failures = 0;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(spans: Pick<OrganizationSpans, "delayMillis" | "flush" | "waiting">, run: Run) {
    this.#spans = spans;
    this.#run = run;
  }

  /** Calls back when the spans that wait now have waited for the delay, unless they are sent before. No timer runs where none wait. */
  later(send: () => void): void {
    const { delayMillis, waiting } = this.#spans;
    if (waiting() > 0) this.#later ??= setTimeout(send, delayMillis);
  }

  /** Sends the spans that wait; `undefined` where none do, or where they are being sent already. */
  start(): Promise<void> | undefined {
    clearTimeout(this.#later);
    this.#later = undefined;
    const { flush, waiting } = this.#spans;
    if (this.#isRunning || waiting() === 0) return undefined;
    this.#isRunning = true;
    return this.#run(flush).finally(() => {
      this.#isRunning = false;
      this.#failures = waiting() === 0 ? 0 : this.#failures + 1;
    });
  }

  /** Whether spans are left that are worth an alarm. */
  get wantsRetry(): boolean {
    return this.#failures > 0 && this.#failures <= maxRetries;
  }
}
