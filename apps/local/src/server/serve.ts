import { Duration, Effect, Schema, type Scope } from "effect";
import { version } from "../version.ts";
import { dataDirectory, mcpPath } from "./config.ts";
import { createServerHandlers } from "./handlers.ts";
import { withLogsExport } from "./logs.ts";
import { pushScope } from "./push-end.ts";

const hostname = "127.0.0.1";
const maxRequestBodyBytes = 128 * 1024 * 1024;

/** Time for requests in flight to end after the daemon is told to stop. */
const stopGrace = Duration.seconds(5);

/** The daemon cannot listen on its port. */
export class ListenError extends Schema.TaggedError<ListenError>()("ListenError", {
  message: Schema.String,
}) {}

/** Serves until it is interrupted; then refuses new requests, waits for those in flight, and closes the database. */
export const serve = (port: number) =>
  Effect.gen(function* () {
    // It opens before the services and so closes after them: their last counts, spans and lines are pushed.
    const pushes = yield* pushScope;
    return yield* withLogsExport(pushes)(serveUntilInterrupted(port, pushes));
  }).pipe(Effect.scoped);

const serveUntilInterrupted = (port: number, pushes: Scope.Scope) =>
  Effect.gen(function* () {
    const handlers = yield* createServerHandlers(yield* dataDirectory, pushes);
    const server = yield* Effect.acquireRelease(listen(port, handlers), stop(handlers));
    yield* Effect.logInfo(`Executor ${version} listens on ${server.url.origin}`);
    yield* Effect.logInfo(
      `MCP: ${server.url.origin}${mcpPath}  Metrics: ${server.url.origin}/api/metrics  Docs: ${server.url.origin}/api/docs`,
    );
    return yield* Effect.never;
  });

type Server = ReturnType<typeof Bun.serve>;

type Handlers = Effect.Effect.Success<ReturnType<typeof createServerHandlers>>;

const listen = (port: number, { handle }: Handlers) =>
  Effect.try({
    try: () =>
      Bun.serve({
        hostname,
        port,
        // A tool call or an execution may keep its request open for minutes.
        idleTimeout: 0,
        maxRequestBodySize: maxRequestBodyBytes,
        fetch: handle,
      }),
    catch: (error) => new ListenError({ message: explain(port, error) }),
  });

const stop =
  ({ stopListening }: Handlers) =>
  (server: Server) =>
    Effect.promise(() => {
      const stopped = server.stop();
      stopListening();
      return stopped;
    }).pipe(
      // A finalizer is uninterruptible, and a timeout waits for an uninterruptible effect.
      Effect.interruptible,
      Effect.timeoutTo({ duration: stopGrace, onSuccess: () => false, onTimeout: () => true }),
      Effect.flatMap((late) => (late ? Effect.promise(() => server.stop(true)) : Effect.void)),
    );

const explain = (port: number, error: unknown): string => {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return `Port ${port} is in use, perhaps by another daemon. Stop that one, or choose another port with --port or EXECUTOR_PORT.`;
  }
  if (code === "EACCES") {
    return `Port ${port} may not be listened on by this user. Choose one above 1023 with --port or EXECUTOR_PORT.`;
  }
  return `Port ${port} cannot be listened on: ${error instanceof Error ? error.message : String(error)}.`;
};
