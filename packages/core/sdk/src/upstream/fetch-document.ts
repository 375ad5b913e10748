import type { HttpClient } from "@effect/platform";
import { Effect, Option } from "effect";
import {
  InvalidSourceDocument,
  shownUrl,
  SourceDocumentTooLarge,
  SourceUnreachable,
} from "../model/source.ts";
import type { ResolvedSettings, SourceLoadError } from "../model/source.ts";
import { type PassingFailure, passingStatus } from "../model/source-state.ts";
import { exchange, mergeHeaders } from "./exchange.ts";
import type { UpstreamCall, UpstreamHeaders, UpstreamResponse } from "./exchange.ts";
import { readFileDocument } from "./read-file-document.ts";
import type { SourceDocument } from "./read-file-document.ts";
import type { UpstreamFailure } from "./bounded-body.ts";

const maxBytes = 64 * 1024 * 1024;

/** Media types of descriptions are preferred to all others. */
const accept =
  "application/json, application/vnd.oai.openapi+json, application/yaml, application/x-yaml, text/yaml, text/plain, */*;q=0.1";

/**
 * Reads the description that the settings hold or lead to, at most 64 MiB. Fails with `SourceUnreachable` where the status of
 * the answer is not 2xx.
 */
export const fetchDocument: (
  settings: ResolvedSettings,
) => Effect.Effect<SourceDocument, SourceLoadError, HttpClient.HttpClient> = Effect.fn(
  "fetchDocument",
)(function* (settings: ResolvedSettings) {
  const reply = yield* findDocument(settings);
  if (!("status" in reply)) return reply;
  return yield* new SourceUnreachable({
    message: `${shownUrl(reply.url)} answered ${describeReply(reply)} instead of the description. ${adviceFor(reply.status)}`,
    code: passingStatus(reply.status),
  });
});

/** Like {@link fetchDocument}, but gives `none` for a server that answers without a description, such as an MCP endpoint. */
export const peekDocument: (
  settings: ResolvedSettings,
) => Effect.Effect<Option.Option<SourceDocument>, SourceLoadError, HttpClient.HttpClient> =
  Effect.fn("peekDocument")(function* (settings: ResolvedSettings) {
    const reply = yield* findDocument(settings);
    return "status" in reply ? Option.none() : Option.some(reply);
  });

const findDocument = (
  settings: ResolvedSettings,
): Effect.Effect<SourceDocument | UpstreamResponse, SourceLoadError, HttpClient.HttpClient> => {
  const { document, url } = settings;
  if (document !== undefined) {
    const bytes = new TextEncoder().encode(document);
    return bytes.byteLength > maxBytes
      ? Effect.fail(tooLarge)
      : Effect.succeed({ bytes, url: undefined });
  }
  if (url === undefined) {
    return Effect.fail(
      new InvalidSourceDocument({
        message: "The source has neither a URL nor a document. Give one of them.",
      }),
    );
  }
  if (/^file:/i.test(url)) return readFileDocument(url, maxBytes, tooLarge);
  return Effect.mapError(requestDocument(settings, url, { maxBytes }), (failure) =>
    loadError(failure, url),
  );
};

/** Asks for a document by its URL: its text, or the reply that holds none. */
export const requestDocument = (
  settings: ResolvedSettings,
  url: string,
  limits: Pick<UpstreamCall, "maxBytes" | "sameOrigin">,
): Effect.Effect<SourceDocument | UpstreamResponse, UpstreamFailure, HttpClient.HttpClient> =>
  Effect.map(
    exchange({
      method: "GET",
      url,
      headers: mergeHeaders({ accept }, headersFor(settings, url)),
      timeoutMs: settings.timeoutMs,
      skipBody: isEventStream,
      rawBody: true,
      ...limits,
    }),
    (response) =>
      response.status >= 200 && response.status < 300 && !isEventStream(response.headers)
        ? { bytes: response.body, url: response.url }
        : response,
  );

/** Whether the reply is an event stream, as some MCP endpoints answer GET: it is no description, and never ends. */
const isEventStream = (headers: UpstreamHeaders): boolean =>
  headers["content-type"]?.startsWith("text/event-stream") === true;

/** The source's headers, if `baseUrl` says that calls go to the origin of the description: nothing else tells before it is read. */
const headersFor = ({ baseUrl, headers }: ResolvedSettings, url: string): UpstreamHeaders =>
  baseUrl !== undefined && URL.parse(baseUrl)?.origin === URL.parse(url)?.origin ? headers : {};

const tooLarge = new SourceDocumentTooLarge({
  message: `The description is larger than ${maxBytes / 1024 / 1024} MiB. Give a smaller one, for example with only the operations that are needed.`,
});

const loadError = (failure: UpstreamFailure, url: string): SourceLoadError => {
  if (failure.reason === "response_too_large") return tooLarge;
  if (failure.reason === "invalid_request") {
    return new InvalidSourceDocument({ message: failure.message });
  }
  return new SourceUnreachable({
    message:
      failure.reason === "timeout"
        ? `${shownUrl(url)} did not send the whole description in time. Try again, or raise the source's timeout.`
        : failure.message,
    code: passingFailure(failure.reason),
  });
};

const passingFailure = (reason: UpstreamFailure["reason"]): PassingFailure | undefined =>
  reason === "timeout" || reason === "connection_error" ? reason : undefined;

export const describeReply = ({ headers, status }: UpstreamResponse): string =>
  isEventStream(headers) ? "with an event stream" : String(status);

const adviceFor = (status: number): string => {
  if (status === 401 || status === 403) {
    return "The source's headers are sent there only where baseUrl has the same origin: give both, or the description as a document.";
  }
  if (status === 404 || status === 410) return "Check the URL.";
  return status >= 500 ? "Try again later." : "Check the URL and the headers.";
};
