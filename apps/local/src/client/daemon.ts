import { CoreExecutorApi } from "@executor/api/contract";
import { FetchHttpClient, HttpApiClient } from "@effect/platform";
import { Effect, Layer, ParseResult, Predicate, Schema } from "effect";
import { CommandError } from "../terminal/command-error.ts";

/** Options of a request without Bun's limit of five minutes: an execution may take longer, and so may a person. */
export const patient: RequestInit & { readonly timeout: false } = { timeout: false };

/** Whether a request failed because nothing listens at its address. */
export const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "ECONNREFUSED" || error.code === "ConnectionRefused");

/** The sentence for a person after {@link isRefused}. */
export const noDaemon = (port: number): string =>
  `No daemon answers on port ${port}. Start one with: executor serve`;

const fetchLayer = Layer.provide(
  FetchHttpClient.layer,
  Layer.succeed(FetchHttpClient.RequestInit, patient),
);

const daemonClient = (port: number) =>
  HttpApiClient.make(CoreExecutorApi, { baseUrl: `http://127.0.0.1:${port}` }).pipe(
    Effect.provide(fetchLayer),
  );

export type DaemonClient = Effect.Effect.Success<ReturnType<typeof daemonClient>>;

/** Asks the daemon on this machine's `port`. A failure is one line that says what to do. */
export const askDaemon = <A, E, R>(
  port: number,
  ask: (client: DaemonClient) => Effect.Effect<A, E, R>,
): Effect.Effect<A, CommandError, R> =>
  daemonClient(port).pipe(
    Effect.flatMap(ask),
    Effect.mapError((error) =>
      error instanceof CommandError ? error : new CommandError({ message: explain(port, error) }),
    ),
  );

const hasTraceId = Schema.is(Schema.Struct({ traceId: Schema.String }));

const explain = (port: number, error: unknown): string => {
  if (Predicate.isTagged(error, "RequestError")) {
    return "cause" in error && isRefused(error.cause)
      ? noDaemon(port)
      : `The daemon on port ${port} ended before it had answered.`;
  }
  if (Predicate.isTagged(error, "ResponseError") || ParseResult.isParseError(error)) {
    return `The process on port ${port} is not an Executor daemon of this version. Choose another port with --port or EXECUTOR_PORT, or restart the daemon.`;
  }
  if (hasTraceId(error)) {
    return `The daemon met an unexpected error. Its log has the details under ${error.traceId}.`;
  }
  return error instanceof Error ? error.message : String(error);
};
