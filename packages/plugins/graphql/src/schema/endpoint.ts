import type { HttpClient } from "@effect/platform";
import {
  callUpstream,
  CredentialGuard,
  fetchDocument,
  InvalidSourceDocument,
  mergeHeaders,
  passingStatus,
  SourceDocumentTooLarge,
  SourceUnreachable,
} from "@executor/sdk";
import type {
  Json,
  PassingFailure,
  ResolvedSettings,
  SourceDocument,
  SourceLoadError,
  ToolCallError,
  UpstreamHeaders,
  UpstreamResponse,
} from "@executor/sdk";
import {
  isArray,
  isObject,
  member,
  readJsonInSteps,
  runSteps,
  shorten,
  text,
} from "@executor/plugin-kit";
import { Effect, Either, Option } from "effect";
import { findSchema, introspectionQueries } from "./introspection.ts";
import { type NamedSchema, readSchema } from "./read-schema.ts";

const maxBytes = 64 * 1024 * 1024;
const maxMessage = 300;

/** The URL that calls go to. A schema does not contain it, so a schema file needs a `baseUrl`. */
export const endpointOf = ({
  baseUrl,
  url,
}: ResolvedSettings): Either.Either<string, InvalidSourceDocument> => {
  const endpoint = baseUrl ?? url ?? "";
  const parsed = URL.parse(endpoint);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return invalid(
      "A GraphQL schema does not say where its server is. Give the endpoint as baseUrl, such as https://api.example.com/graphql.",
    );
  }
  return parsed.username === "" && parsed.password === ""
    ? Either.right(endpoint)
    : invalid("The endpoint's URL holds a user name or password. Give them as a header.");
};

/** Reads the schema by introspection if only `url` is given. With a `baseUrl`, `url` is the schema file. */
export const fetchSchema = (
  settings: ResolvedSettings,
): Effect.Effect<NamedSchema, SourceLoadError, HttpClient.HttpClient> => {
  const { baseUrl, document, url } = settings;
  const isEndpointOnly =
    document === undefined && url !== undefined && (baseUrl === undefined || baseUrl === url);
  return isEndpointOnly
    ? Effect.flatMap(introspect(settings, url), (answer) => readSchema(answer.text, answer.json))
    : Effect.flatMap(Effect.flatMap(fetchDocument(settings), redactedText), (whole) =>
        readSchema(whole),
      );
};

/** The text without the source's credentials. */
export const redactedText = ({ bytes }: SourceDocument): Effect.Effect<string> =>
  Effect.map(CredentialGuard, ({ redactor }) => redactor.text(new TextDecoder().decode(bytes)));

/** The URL without its query, which may hold a credential. */
export const shownUrl = (endpoint: string): string => endpoint.replace(/[?#].*$/s, "");

/** The headers of every request (GraphQL over HTTP, "Accept"). The source's own headers override them. */
export const requestHeaders = (settings: ResolvedSettings): UpstreamHeaders =>
  mergeHeaders(
    {
      accept: "application/graphql-response+json, application/json;q=0.9",
      "content-type": "application/json",
    },
    settings.headers,
  );

/**
 * The introspection result of an endpoint, at most 64 MiB of JSON. A server that refuses the fields of newer GraphQL versions
 * gets the older queries.
 */
const introspect = Effect.fn("GraphQl.introspect")(function* (
  settings: ResolvedSettings,
  url: string,
) {
  const [newest = "", ...older] = introspectionQueries;
  let answer = yield* ask(settings, url, newest);
  for (const query of older) {
    if (hasSchema(answer) || !hasErrors(answer)) break;
    answer = yield* ask(settings, url, query);
  }
  return hasSchema(answer) ? answer : yield* refused(answer, url);
});

/** Whether a GraphQL server answers at the URL. */
export const isEndpoint = (
  settings: ResolvedSettings,
  url: string,
): Effect.Effect<boolean, never, HttpClient.HttpClient> =>
  ask(settings, url, "query executor { __typename }").pipe(
    Effect.map(({ json }) => text(member(member(json, "data"), "__typename")) !== undefined),
    Effect.orElseSucceed(() => false),
  );

interface Answer {
  readonly response: UpstreamResponse;
  readonly text: string;
  /** The text's value; `undefined` if the text is not JSON. */
  readonly json: Json | undefined;
}

const ask = (
  settings: ResolvedSettings,
  url: string,
  query: string,
): Effect.Effect<Answer, SourceLoadError, HttpClient.HttpClient> =>
  callUpstream({
    method: "POST",
    url,
    headers: requestHeaders(settings),
    body: JSON.stringify({ query }),
    timeoutMs: settings.timeoutMs,
    maxBytes,
  }).pipe(
    Effect.mapError(loadError),
    Effect.flatMap((response) => {
      const said = new TextDecoder().decode(response.body);
      return Effect.map(Effect.option(runSteps(readJsonInSteps(said))), (read) => ({
        response,
        text: said,
        json: Option.getOrUndefined(Option.flatMap(read, Either.getRight)),
      }));
    }),
  );

const hasSchema = ({ json }: Answer): boolean => isObject(findSchema(json));

const hasErrors = ({ json }: Answer): boolean => isArray(member(json, "errors"));

const refused = ({ json, response }: Answer, url: string): SourceLoadError => {
  const { status } = response;
  const where = shownUrl(url);
  const errors = member(json, "errors");
  const said = isArray(errors) ? text(member(errors[0], "message")) : undefined;
  if (status === 401 || status === 403) {
    return new SourceUnreachable({
      message: `${where} answered ${status} to introspection. Check the source's headers.`,
      code: passingStatus(status),
    });
  }
  if (said !== undefined) {
    return new InvalidSourceDocument({
      message: `${where} refused introspection: ${shorten(said, maxMessage)} Give the schema as the document, in GraphQL's schema definition language or as the JSON of an introspection result, and this address as baseUrl.`,
    });
  }
  return new SourceUnreachable({
    message: `${where} answered ${status} to introspection, and not as a GraphQL endpoint does. Check the URL. If it leads to a schema file, give the endpoint as baseUrl.`,
    code: passingStatus(status),
  });
};

const loadError = ({ errorType, message, outcome }: ToolCallError): SourceLoadError => {
  if (errorType === "response_too_large") {
    return new SourceDocumentTooLarge({
      message: `The introspection result is larger than ${maxBytes / 1024 / 1024} MiB.`,
    });
  }
  return outcome === "invalid_input"
    ? new InvalidSourceDocument({ message })
    : new SourceUnreachable({ message, code: passingOf(errorType) });
};

const passingOf = (errorType: string): PassingFailure | undefined =>
  errorType === "connection_error" || errorType === "timeout" ? errorType : undefined;

const invalid = (message: string) => Either.left(new InvalidSourceDocument({ message }));
