import { Effect, Fiber } from "effect";

interface Running<A, E> {
  readonly fiber: Fiber.RuntimeFiber<A, E>;
  waiting: number;
}

/** Runs an effect once for all callers with the same key while it runs. It is interrupted when all of them have left. */
export class SingleFlight<A, E> {
  readonly #running = new Map<string, Running<A, E>>();

  readonly run = (key: string, effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.uninterruptibleMask((restore) =>
      Effect.flatMap(this.#join(key, effect), (running) =>
        restore(Effect.flatten(Fiber.await(running.fiber))).pipe(
          Effect.ensuring(this.#leave(key, running)),
        ),
      ),
    );

  #join(key: string, effect: Effect.Effect<A, E>): Effect.Effect<Running<A, E>> {
    return Effect.suspend(() => {
      const running = this.#running.get(key);
      if (running !== undefined) {
        running.waiting += 1;
        return Effect.succeed(running);
      }
      return Effect.map(Effect.forkDaemon(Effect.interruptible(effect)), (fiber) => {
        const started: Running<A, E> = { fiber, waiting: 1 };
        this.#running.set(key, started);
        fiber.addObserver(() => this.#forget(key, started));
        return started;
      });
    });
  }

  #leave(key: string, running: Running<A, E>): Effect.Effect<void> {
    return Effect.suspend(() => {
      running.waiting -= 1;
      if (running.waiting > 0) return Effect.void;
      this.#forget(key, running);
      return Fiber.interruptFork(running.fiber);
    });
  }

  #forget(key: string, running: Running<A, E>): void {
    if (this.#running.get(key) === running) this.#running.delete(key);
  }
}
