import { FileSystem, HttpClient } from "@effect/platform";
import { Context, Effect, Option } from "effect";

/** What plugins load and call with: the `HttpClient`, and the `FileSystem` where there is one. */
export const httpAndFiles: Effect.Effect<
  Context.Context<HttpClient.HttpClient>,
  never,
  HttpClient.HttpClient
> = Effect.gen(function* () {
  const fileSystem = yield* Effect.serviceOption(FileSystem.FileSystem);
  const client = Context.make(HttpClient.HttpClient, yield* HttpClient.HttpClient);
  return Option.match(fileSystem, {
    onNone: () => client,
    onSome: (files) => Context.add(client, FileSystem.FileSystem, files),
  });
});
