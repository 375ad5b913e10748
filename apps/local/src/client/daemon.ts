import { CoreExecutorApi } from "@executor/api/contract";
import { FetchHttpClient, HttpApiClient } from "@effect/platform";
import { Effect, Layer, ParseResult, Predicate, Schema } from "effect";
import { isRefused, noDaemon, patient } from "./reach.ts";
import { CommandError } from "../terminal/command-error.ts";

const fetchLayer = Layer.provide(
  FetchHttpClient.layer,
  Layer.succeed(FetchHttpClient.RequestInit, patient),
);

/** A client of the daemon on this machine's `port`. */
export const daemonClient = (port: number) =>
  HttpApiClient.make(CoreExecutorApi, { baseUrl: `http://127.0.0.1:${port}` }).pipe(
    Effect.provide(fetchLayer),
  );

export type DaemonClient = Effect.Effect.Success<ReturnType<typeof daemonClient>>;

/** Asks the daemon on `port`. Whatever fails is told in one line. */
export const askDaemon = <A, E, R>(
  port: number,
  ask: (client: DaemonClient) => Effect.Effect<A, E, R>,
): Effect.Effect<A, CommandError, R> =>
  daemonClient(port).pipe(Effect.flatMap(ask), Effect.mapError(explainDaemonFailure(port)));

/** Turns the failures that are not the command's own into one line that says what to do. */
export const explainDaemonFailure =
  (port: number) =>
  (error: unknown): CommandError =>
    error instanceof CommandError ? error : new CommandError({ message: explain(port, error) });

const hasTraceId = Schema.is(Schema.Struct({ traceId: Schema.String }));

const explain = (port: number, error: unknown): string => {
  if (Predicate.isTagged(error, "RequestError")) {
    return "cause" in error && isRefused(error.cause)
      ? noDaemon(port)
      : `The daemon on port ${port} went away before it had answered.`;
  }
  if (Predicate.isTagged(error, "ResponseError") || ParseResult.isParseError(error)) {
    return `What answers on port ${port} is not this version's daemon. Choose its port with --port or EXECUTOR_PORT, or start it again.`;
  }
  if (hasTraceId(error)) {
    return `The daemon met something that it did not expect. Its log says what, under ${error.traceId}.`;
  }
  return error instanceof Error ? error.message : String(error);
};
