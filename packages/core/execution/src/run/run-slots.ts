import { Deferred, Effect, FiberId } from "effect";
import { TooManyExecutions } from "../errors.ts";
import type { ExecutionLimits } from "../limits.ts";
import { executionQueueDuration, executionsActive } from "../metrics.ts";

interface Waiter {
  isServed: boolean;
  readonly served: Deferred.Deferred<void>;
}

/** The places for executions that run at once, first come, first served. */
export class Places {
  readonly #limits: ExecutionLimits;
  readonly #waiters = new Set<Waiter>();
  #free: number;
  /** Executions that wait for a place for the first time, or have one. */
  #present = 0;

  constructor(limits: ExecutionLimits) {
    this.#limits = limits;
    this.#free = limits.maxRunning;
  }

  /** Waits for an execution's place, which must be left again. */
  readonly enter: Effect.Effect<Place, TooManyExecutions> = Effect.suspend(() => {
    const { maxRunning, maxWaiting } = this.#limits;
    if (this.#present >= maxRunning + maxWaiting) {
      return new TooManyExecutions({
        message: `${maxWaiting} executions are waiting already. Try again when some have ended.`,
      });
    }
    const askedAt = performance.now();
    this.#present++;
    return this.#take.pipe(
      Effect.map(() => {
        executionQueueDuration.record((performance.now() - askedAt) / 1000, {});
        return new Place(this.#again, () => this.#release());
      }),
      Effect.onInterrupt(() => Effect.sync(() => this.#present--)),
      Effect.uninterruptible,
    );
  });

  /** Only its waiting can be interrupted, and leaves nothing taken then. To be run where nothing else can be. */
  readonly #take: Effect.Effect<void> = Effect.suspend(() => {
    if (this.#free > 0) {
      this.#free--;
      return Effect.void;
    }
    const waiter: Waiter = { isServed: false, served: Deferred.unsafeMake(FiberId.none) };
    this.#waiters.add(waiter);
    return Effect.interruptible(Deferred.await(waiter.served)).pipe(
      Effect.onInterrupt(() =>
        Effect.sync(() => {
          if (waiter.isServed) this.#serveNext();
          else this.#waiters.delete(waiter);
        }),
      ),
    );
  });

  readonly #again: Effect.Effect<void> = Effect.map(this.#take, () => {
    this.#present++;
  });

  #release(): void {
    this.#present--;
    this.#serveNext();
  }

  #serveNext(): void {
    const [next] = this.#waiters;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiters.delete(next);
    next.isServed = true;
    Deferred.unsafeDone(next.served, Effect.void);
  }
}

/** One execution's place. It is given back while the execution waits for people, who may take long. */
export class Place {
  readonly #take: Effect.Effect<void>;
  readonly #release: () => void;
  readonly #turn = Effect.unsafeMakeSemaphore(1);
  #state: "running" | "paused" | "ended" = "running";

  constructor(take: Effect.Effect<void>, release: () => void) {
    this.#take = take;
    this.#release = release;
    executionsActive.add(1, { state: "running" });
  }

  get isHeld(): boolean {
    return this.#state === "running";
  }

  giveBack(): void {
    if (this.#state !== "running") return;
    this.#enter("paused");
    this.#release();
  }

  /** Waits for a place where it was given back. Never refused: the execution has begun. */
  readonly takeAgain: Effect.Effect<void> = this.#turn.withPermits(1)(
    Effect.suspend(() =>
      this.#state === "paused"
        ? Effect.uninterruptible(Effect.map(this.#take, () => this.#enter("running")))
        : Effect.void,
    ),
  );

  /** The execution has ended. */
  leave(): void {
    const wasHeld = this.isHeld;
    this.#enter("ended");
    if (wasHeld) this.#release();
  }

  #enter(state: "running" | "paused" | "ended"): void {
    if (this.#state !== "ended") executionsActive.add(-1, { state: this.#state });
    if (state !== "ended") executionsActive.add(1, { state });
    this.#state = state;
  }
}
