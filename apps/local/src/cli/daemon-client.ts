import { CoreExecutorApi } from "@executor/api/contract";
import { FetchHttpClient, HttpApiClient } from "@effect/platform";
import { Effect, Schema } from "effect";

/** The daemon did not answer, or not as one. The message is for the person at the terminal. */
export class DaemonError extends Schema.TaggedError<DaemonError>()("DaemonError", {
  message: Schema.String,
}) {}

/** A client of the daemon on this machine's `port`. */
export const daemonClient = (port: number) =>
  HttpApiClient.make(CoreExecutorApi, { baseUrl: `http://127.0.0.1:${port}` }).pipe(
    Effect.provide(FetchHttpClient.layer),
  );

/** Turns the failures that are not the command's own into one line that says what to do. */
export const explainDaemonFailure = (port: number) => (error: unknown) => {
  const tag = typeof error === "object" && error !== null && "_tag" in error ? error._tag : "";
  return new DaemonError({
    message:
      tag === "RequestError"
        ? `No daemon answers on port ${port}. Start one with: executor serve`
        : error instanceof Error
          ? error.message
          : String(error),
  });
};
