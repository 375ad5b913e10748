import { FileSystem, HttpClient } from "@effect/platform";
import { ToolCallError } from "@executor/sdk";
import type { Json, UpstreamResponse } from "@executor/sdk";
import { Context, Effect, Option } from "effect";
import { replyHeaders } from "./reply-headers.ts";

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

/** What an upstream said with an error: its own message where it gave one, and the body as far as code gets it. */
export interface SaidWithError {
  readonly message: string | undefined;
  /** `undefined` for an empty body. */
  readonly data: Json | undefined;
  /** Whether `data` is only the beginning of the body. */
  readonly isCut: boolean;
}

/** The error of a reply with another status than 2xx. `redirectHint`: shown for redirects in place of a message. */
export const httpError = (
  { headers, status }: Pick<UpstreamResponse, "headers" | "status">,
  { data, isCut, message }: SaidWithError,
  redirectHint: string,
): ToolCallError => {
  // 304 answers a condition in the request's headers (RFC 9110, 15.4.5).
  const isRedirect = status >= 300 && status < 400 && status !== 304;
  const hint = isRedirect ? redirectHint : "It gave no message.";
  return new ToolCallError({
    outcome: "upstream_error",
    errorType: String(status),
    message: `The upstream answered ${status}. ${message ?? hint}`,
    status,
    ...errorHeaders(headers, isCut ? ["data"] : []),
    ...(data === undefined ? {} : { data }),
  });
};

/** The headers of an error, and which of its properties had to be cut, those of `alsoCut` included. */
export const errorHeaders = (
  all: UpstreamResponse["headers"],
  alsoCut: ReadonlyArray<"data"> = [],
): Pick<ToolCallError, "headers" | "truncated"> => {
  const { headers, isCut } = replyHeaders(all);
  const truncated = [...(isCut ? (["headers"] as const) : []), ...alsoCut];
  return truncated.length === 0 ? { headers } : { headers, truncated };
};

/** Characters of JSON text, or of text, that an error's body may have to be given as a whole. */
export const maxErrorDataChars = 64 * 1024;

/** The body of an error: JSON where it is JSON, else its text. Of a body that is too large only the beginning, as text. */
export const errorData = (
  body: string,
  json: Json | undefined,
): Pick<SaidWithError, "data" | "isCut"> => {
  if (body === "") return { data: undefined, isCut: false };
  if (body.length > maxErrorDataChars) {
    return { data: body.slice(0, maxErrorDataChars).toWellFormed(), isCut: true };
  }
  return { data: json ?? body, isCut: false };
};
