import { FileSystem, HttpClient } from "@effect/platform";
import { ToolCallError } from "@executor/sdk";
import { Context, Effect, Option } from "effect";

/** The services that sources are loaded and called with: the `HttpClient`, and the `FileSystem` if the context has one. */
export const httpAndFiles: Effect.Effect<
  Context.Context<HttpClient.HttpClient>,
  never,
  HttpClient.HttpClient
> = Effect.gen(function* () {
  const fileSystem = yield* Effect.serviceOption(FileSystem.FileSystem);
  const client = Context.make(HttpClient.HttpClient, yield* HttpClient.HttpClient);
  return Option.isNone(fileSystem)
    ? client
    : Context.add(client, FileSystem.FileSystem, fileSystem.value);
});

/** The error of a call whose input cannot be sent. */
export const invalidInput = (message: string, status?: number): ToolCallError =>
  new ToolCallError({
    outcome: "invalid_input",
    errorType: "invalid_input",
    message,
    ...(status === undefined ? {} : { status }),
  });

/** The error of a reply with another status than 2xx. `said`: the upstream's own message. `redirectHint`: shown for 3xx. */
export const httpError = (
  status: number,
  said: string | undefined,
  redirectHint: string,
): ToolCallError => {
  const hint = status >= 300 && status < 400 ? redirectHint : "It gave no message.";
  return new ToolCallError({
    outcome: "upstream_error",
    errorType: String(status),
    message: `The upstream answered ${status}. ${said ?? hint}`,
    status,
  });
};
