import { Effect, ExecutionStrategy, Exit, type ManagedRuntime, Scope } from "effect";

/** What a running push of telemetry is told before its runtime is disposed of, which pushes once more. */
export interface PushEnd {
  readonly stopping: Effect.Effect<void>;
  readonly silence: Effect.Effect<void>;
  /** The timeout of an export. */
  readonly withinMillis: number;
}

/** A scope below the current one, in which the pushes of all signals end at the same time: together they take one timeout. */
export const pushScope: Effect.Effect<Scope.Scope, never, Scope.Scope> = Effect.flatMap(
  Effect.scope,
  (scope) => Scope.fork(scope, ExecutionStrategy.parallel),
);

/** Time for the push to end by its own timeout. */
const graceMillis = 250;

/**
 * Disposes of a push's runtime when the scope closes. A daemon that failed to start pushes nothing then, since it would push under the
 * name of the instance that holds its port.
 */
export const disposeAtEnd = (
  { dispose }: Pick<ManagedRuntime.ManagedRuntime<never, never>, "dispose">,
  { stopping, silence, withinMillis }: PushEnd,
): Effect.Effect<void, never, Scope.Scope> =>
  Effect.addFinalizer((exit) =>
    Effect.zipRight(
      Exit.isSuccess(exit) || Exit.isInterrupted(exit) ? stopping : silence,
      Effect.promise(() => dispose()).pipe(
        // Finalizers cannot be interrupted, and a timeout waits for an effect that cannot.
        Effect.interruptible,
        Effect.timeoutOption(withinMillis + graceMillis),
      ),
    ),
  );
