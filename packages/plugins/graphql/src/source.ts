import type { HttpClient } from "@effect/platform";
import { callUpstream, InvalidSourceDocument, peekDocument } from "@executor/sdk";
import type { DetectedSource, ResolvedSettings, ToolCall, ToolCallError } from "@executor/sdk";
import {
  bindingReader,
  invalidInput,
  member,
  namespaceOf,
  replyResponse,
  runSteps,
  titleWords,
} from "@executor/plugin-kit";
import { Effect, Either, Option } from "effect";
import { Binding, operationText, requestBody } from "./calls/operation.ts";
import { readReply } from "./calls/reply.ts";
import { operationProblem, readSelection } from "./calls/selection.ts";
import {
  endpointOf,
  fetchSchema,
  isEndpoint,
  requestHeaders,
  shownUrl,
  redactedText,
} from "./schema/endpoint.ts";
import { readSchema } from "./schema/read-schema.ts";
import type { SchemaMemory } from "./schema/schema-memory.ts";
import { readTools } from "./tools/tools.ts";

/**
 * Detects a text that is a schema, or a URL that answers a query. The source's headers are sent to the URL only if `baseUrl`
 * has the same origin: before the kind is known, the URL may lead to a document on another server.
 */
export const detect = Effect.fn("GraphQl.detect")(function* (settings: ResolvedSettings) {
  const { baseUrl, document, url } = settings;
  const found = Option.some(describeEndpoint(baseUrl ?? url));
  if (document === undefined && url !== undefined && /^https?:/i.test(url)) {
    const isOwn = baseUrl !== undefined && originOf(baseUrl) === originOf(url);
    const asked = isOwn ? settings : { ...settings, headers: {} };
    if (yield* isEndpoint(asked, url)) return found;
  }
  const source = yield* peekDocument(settings);
  if (Option.isNone(source)) return Option.none();
  const text = yield* redactedText(source.value);
  return Option.isSome(yield* Effect.option(readSchema(text))) ? found : Option.none();
});

const originOf = (url: string): string | undefined => URL.parse(url)?.origin;

/** Parts of host names that do not distinguish sources. */
const filler = /^(www|api|apis|graphql|gql|gateway|localhost|v?\d+)$/;

/**
 * A name and a namespace from the host, because schemas have no titles: `https://api.github.com/graphql` gives `github`. The
 * namespace is `graphql` if no usable part is left.
 */
const describeEndpoint = (endpoint = ""): DetectedSource => {
  const { host, hostname } = URL.parse(endpoint) ?? { host: "", hostname: "" };
  const labels = hostname.split(".");
  const telling = labels
    .slice(0, Math.max(1, labels.length - 1))
    .filter((label) => !filler.test(label));
  return {
    name: host === "" ? "GraphQL" : `GraphQL at ${host}`,
    namespace: namespaceOf(telling.flatMap(titleWords), "graphql"),
  };
};

export const load = Effect.fn("GraphQl.load")(function* (
  settings: ResolvedSettings,
  memory: SchemaMemory,
) {
  const url = yield* endpointOf(settings);
  const named = yield* fetchSchema(settings);
  const read = yield* Effect.mapError(
    runSteps(readTools(named, settings)),
    (problem) =>
      new InvalidSourceDocument({
        message: `The schema cannot be read: ${problem}. Correct it, or report this.`,
      }),
  );
  memory.remember(named);
  return { ...read, name: describeEndpoint(url).name, url: shownUrl(url) };
});

const readBinding = bindingReader(Binding);

export const invoke = Effect.fnUntraced(function* (call: ToolCall, memory: SchemaMemory) {
  const { input, integers, namespace, settings } = call;
  const binding = readBinding(call.binding);
  const query = yield* operationOf(call, binding, memory);
  const response = yield* callUpstream({
    namespace,
    method: "POST",
    // The source's URL is shown without its query, which is needed here.
    url: settings.baseUrl ?? settings.url ?? call.url,
    headers: requestHeaders(settings),
    body: requestBody(binding, query, input, integers),
    timeoutMs: settings.timeoutMs,
  });
  const result = yield* readReply(response, binding.field);
  return call.wantsResponse ? { ...result, response: replyResponse(response) } : result;
});

/** The operation with the call's selection. If the schema cannot be read, only the upstream checks the selection. */
const operationOf = (
  { address, input, settings }: ToolCall,
  binding: Binding,
  memory: SchemaMemory,
): Effect.Effect<string, ToolCallError, HttpClient.HttpClient> =>
  Effect.gen(function* () {
    const { schema, selectKey, selection } = binding;
    const given = selectKey === null ? undefined : member(input, selectKey);
    if (typeof given !== "string") return operationText(binding, selection, input);
    const invalid = (problem: string) =>
      invalidInput(
        `\`${selectKey}\` of ${address} is not valid. ${problem} Call tools.describe({ path: "${address}" }) for the types.`,
      );
    const chosen = yield* Either.mapLeft(readSelection(given), invalid);
    const operation = operationText(binding, chosen, input);
    const found = yield* memory.find(schema, fetchSchema(settings));
    const problem = Option.flatMapNullable(found, (known) => operationProblem(known, operation));
    return Option.isSome(problem) ? yield* invalid(problem.value) : operation;
  });
