import { Deferred, Effect, FiberId } from "effect";
import type { ExecutionLimits } from "../limits.ts";
import { executionQueueDuration, executionsActive } from "../metrics.ts";
import { TooManyExecutions } from "../schemas.ts";

interface Waiter {
  isServed: boolean;
  readonly served: Deferred.Deferred<void>;
}

/** The slots of executions that run at once, first come, first served. */
export class RunSlots {
  readonly #limits: ExecutionLimits;
  readonly #waiters = new Set<Waiter>();
  #free: number;
  /** Number of executions that hold a slot or wait for their first one. */
  #admitted = 0;

  constructor(limits: ExecutionLimits) {
    this.#limits = limits;
    this.#free = limits.maxRunning;
  }

  /** Waits for an execution's slot, which must be ended. */
  readonly acquire: Effect.Effect<Slot, TooManyExecutions> = Effect.suspend(() => {
    const { maxRunning, maxWaiting } = this.#limits;
    if (this.#admitted >= maxRunning + maxWaiting) {
      return new TooManyExecutions({
        message: `${maxWaiting} executions are already waiting. Try again when some have ended.`,
      });
    }
    const requestedAt = performance.now();
    this.#admitted++;
    return this.#take.pipe(
      Effect.map(() => {
        executionQueueDuration.record((performance.now() - requestedAt) / 1000, {});
        return new Slot(this.#retake, () => this.#release());
      }),
      Effect.onInterrupt(() => Effect.sync(() => this.#admitted--)),
      Effect.uninterruptible,
    );
  });

  /** Interruptible only while it waits, and then takes nothing. Run it in an uninterruptible region. */
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

  readonly #retake: Effect.Effect<void> = Effect.map(this.#take, () => {
    this.#admitted++;
  });

  #release(): void {
    this.#admitted--;
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

/** One execution's slot. It is released while the execution waits for people, which may take long. */
export class Slot {
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

  /** Lets other executions run while this one waits for people. */
  release(): void {
    if (this.#state !== "running") return;
    this.#enter("paused");
    this.#release();
  }

  /** Waits for a slot if this one was released. Never refused, because the execution has already begun. */
  readonly reacquire: Effect.Effect<void> = this.#turn.withPermits(1)(
    Effect.suspend(() =>
      this.#state === "paused"
        ? Effect.uninterruptible(Effect.map(this.#take, () => this.#enter("running")))
        : Effect.void,
    ),
  );

  /** Ends the execution's use of the slot for good. */
  end(): void {
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
