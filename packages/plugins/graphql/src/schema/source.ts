import type { HttpClient } from "@effect/platform";
import { fetchDocument, InvalidSourceDocument } from "@executor/sdk";
import type { ResolvedSettings, SourceLoadError } from "@executor/sdk";
import { Effect, Either } from "effect";
import { introspect } from "./endpoint.ts";
import { readSchema } from "./read-schema.ts";
import type { NamedSchema } from "./read-schema.ts";

/** Where calls go. A schema says nothing of that, so a schema file needs a `baseUrl`. */
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

const invalid = (message: string) => Either.left(new InvalidSourceDocument({ message }));

/** By introspection where `url` is all that is given; beside a `baseUrl`, `url` is where the schema file is. */
export const fetchSchema = (
  settings: ResolvedSettings,
): Effect.Effect<NamedSchema, SourceLoadError, HttpClient.HttpClient> => {
  const { baseUrl, document, url } = settings;
  const isEndpointOnly =
    document === undefined && url !== undefined && (baseUrl === undefined || baseUrl === url);
  return isEndpointOnly
    ? Effect.flatMap(introspect(settings, url), ({ json, text }) => readSchema(text, json))
    : Effect.flatMap(fetchDocument(settings), ({ text }) => readSchema(text));
};
