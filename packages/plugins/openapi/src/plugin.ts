import type { HttpClient } from "@effect/platform";
import {
  callUpstream,
  fetchDocument,
  InvalidSourceDocument,
  peekDocument,
  ReadBodies,
  UnsentMethods,
} from "@executor/sdk";
import type {
  LoadedSource,
  SourcePlugin,
  ResolvedSettings,
  ToolCall,
  ToolDefinition,
} from "@executor/sdk";
import {
  bindingReader,
  httpAndFiles,
  invalidInput,
  isObject,
  makeWarnings,
  member,
  namespaceFromTitle,
  replyResponse,
  takeOnly,
} from "@executor/plugin-kit";
import type { Steps, Warnings } from "@executor/plugin-kit";
import { Context, Effect, Either, Option } from "effect";
import { Buffer } from "node:buffer";
import { Binding } from "./calls/binding.ts";
import { nextInput } from "./calls/next-page.ts";
import { buildRequest, isRead } from "./calls/request.ts";
import { readOutline } from "./document/outline.ts";
import { makeLibrary } from "./document/library.ts";
import { mend } from "./document/overlay/mend.ts";
import { readDocument } from "./document/parse.ts";
import { inSteps, makeReadReferenced, tellName } from "./document/referenced-documents.ts";
import { makeReferences } from "./document/references.ts";
import { makeServers } from "./document/servers.ts";
import { filterNames, outside } from "./operations/filter.ts";
import { operationParts, readOperations, tellRepeatedIds } from "./operations/operations.ts";
import { pathItemLinks } from "./operations/path-items.ts";
import { asOpenApi } from "./document/swagger/as-openapi.ts";
import { tellUnused } from "./operations/unused.ts";
import { toolDefinition } from "./operations/tool-definition.ts";
import { toolPaths } from "./operations/tool-paths.ts";
import { makeSchemas } from "./schemas/schemas.ts";
import { mayBePart, readReply } from "./calls/reply.ts";

/**
 * The plugin for sources described by OpenAPI 3 or Swagger 2.0, in JSON or YAML. Each operation is one tool; its input is one flat
 * object of the operation's parameters, with the body under `body`. Local files are read if the context has a `FileSystem`.
 */
export const openApiPlugin: Effect.Effect<SourcePlugin, never, HttpClient.HttpClient> = Effect.gen(
  function* () {
    const context = (yield* httpAndFiles).pipe(
      Context.add(ReadBodies, yield* ReadBodies),
      Context.add(UnsentMethods, yield* UnsentMethods),
    );
    return {
      kind: "openapi",
      detect: (settings) => Effect.provide(detect(settings), context),
      load: (settings) => Effect.provide(load(settings), context),
      // APIs take more than their descriptions say, and null parameters are not sent.
      leniency: (binding) => ({
        advised: isObject(member(binding, "body")) ? ["body"] : [],
        nullIsAbsent: true,
      }),
      invoke: (call) => Effect.provide(invoke(call), context),
    };
  },
);

/** `none` for a text that is not OpenAPI. An unusable OpenAPI document is an error: no other kind of source can take it. */
const detect = Effect.fn("OpenApi.detect")(function* (settings: ResolvedSettings) {
  const source = yield* peekDocument(settings);
  if (Option.isNone(source)) return Option.none();
  const read = yield* Effect.option(readDocument(source.value.bytes));
  if (Option.isNone(read)) return Option.none();
  const root = yield* mend(read.value, settings.overlay, undefined, makeWarnings());
  const outline = readOutline(root);
  if (Either.isRight(outline)) {
    const { title } = outline.right;
    return Option.some({ name: title, namespace: namespaceFromTitle(title, filler, "api") });
  }
  if (!outline.left.isOpenApi) return Option.none();
  return yield* new InvalidSourceDocument({ message: outline.left.message });
});

/** Words of titles that do not distinguish sources: "GitHub v3 REST API" gives the namespace `github`. */
const filler =
  /^(the|a|an|api|apis|rest|http|https|official|openapi|swagger|spec|specification|public|v?\d+)$/;

const load = Effect.fn("OpenApi.load")(function* (settings: ResolvedSettings) {
  const told = makeWarnings();
  const { documentUrl, hasIdentifiers, read } = yield* fetchRoot(settings, told);
  const mended = yield* mend(read, settings.overlay, documentUrl, told);
  const { root, warnings } = yield* inSteps(asOpenApi(mended, documentUrl, told));
  const document = yield* Either.mapLeft(
    readOutline(root),
    ({ message }) => new InvalidSourceDocument({ message }),
  );
  const { url, serverOf } = yield* makeServers(document, settings, documentUrl, warnings);
  const library = makeLibrary(document.root, documentUrl);
  if (hasIdentifiers) yield* inSteps(library.index());
  const readReferenced = makeReadReferenced(library, settings, warnings);
  const references = makeReferences(library, warnings);
  yield* readReferenced(pathItemLinks(document));
  const operations = yield* inSteps(readOperations(document, references, yield* UnsentMethods));
  if (operations.length === 0) yield* warnOfNothing(warnings);
  const paths = yield* inSteps(toolPaths(operations));
  const named = operations.map((operation, index) => ({
    ...operation,
    toolPath: paths[index] ?? operation.path,
  }));
  const chosen = yield* inSteps(takeOnly(named, settings.only, filterNames, warnings));
  tellRepeatedIds(operations, chosen, warnings);
  yield* readReferenced(operationParts(chosen));
  const readable = chosen.filter(
    ({ operation, pathItem }) =>
      !library.oversized.has(operation) && !library.oversized.has(pathItem.value),
  );
  yield* inSteps(tellUnused(document, readable, references));
  const isChosen = new Set(chosen);
  const left = named.filter((operation) => !isChosen.has(operation));
  const schemas = makeSchemas(document, references);
  const { headers } = settings;
  const sendsReadBodies = yield* ReadBodies;
  const surroundings = { references, schemas, base: url, headers, sendsReadBodies };
  return yield* inSteps(
    (function* (): Steps<LoadedSource> {
      const tools: Array<ToolDefinition> = [];
      for (const operation of readable) {
        const server = serverOf(operation);
        tools.push(toolDefinition(operation.toolPath, operation, server, surroundings));
        yield;
      }
      const definitions = yield* schemas.definitions();
      return { name: document.title, url, tools, definitions, warnings: outside(left, warnings) };
    })(),
  );
});

/** The description's value, without its text: a long one must not stay in memory while the value is read. */
const fetchRoot = Effect.fnUntraced(function* (settings: ResolvedSettings, told: Warnings) {
  const { bytes, url } = yield* fetchDocument(settings);
  const document = {
    read: yield* readDocument(bytes, tellName(told)),
    documentUrl: url ?? settings.url,
    hasIdentifiers: hasIdentifiers(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)),
  };
  release(bytes);
  return document;
});

/** Gives the memory of a text back at once that nobody reads again. Only a full collection would, which comes after the peak. */
const release = ({ buffer, byteLength }: Uint8Array): void => {
  // A short text may lie in a buffer with others.
  if (buffer instanceof ArrayBuffer && byteLength === buffer.byteLength) buffer.transfer(0);
};

/** Whether schemas may have URLs or anchors of their own. */
const hasIdentifiers = (text: Buffer): boolean =>
  ["$id", "$anchor", "$dynamicAnchor"].some((keyword) => text.includes(keyword));

const lostReferences: ReadonlySet<string> = new Set([
  "document_not_read",
  "reference_cycle",
  "reference_not_found",
  "reference_of_other_kind",
]);

/** Warns that a description has no operations, and fails where that is because none of its path items could be read. */
const warnOfNothing = (warnings: Warnings): Either.Either<void, InvalidSourceDocument> => {
  const lost = warnings.all().filter(({ code }) => lostReferences.has(code));
  if (lost.length === 0) {
    warnings.warn(
      "no_operations",
      "The description has no operations under `paths`, so the source has no tools.",
      "/paths",
    );
    return Either.void;
  }
  const shown = lost.slice(0, 10).map(({ message, place }) => `${place}: ${message}`);
  const more = lost.length > shown.length ? ` And ${lost.length - shown.length} more.` : "";
  return Either.left(
    new InvalidSourceDocument({
      message: `No operation of the description can be read. ${shown.join(" ")}${more} Correct the references, or give one document that holds everything.`,
    }),
  );
};

const readBinding = bindingReader(Binding);

const invoke = Effect.fnUntraced(function* (call: ToolCall) {
  const { input, integers, namespace, settings, url } = call;
  const binding = readBinding(call.binding);
  const request = yield* Either.mapLeft(
    buildRequest(binding, input, url, settings.headers, integers),
    (problem) => invalidInput(problem),
  );
  if (request.body !== undefined && isRead(request.method) && !(yield* ReadBodies)) {
    return yield* invalidInput(
      `A ${request.method} with a body cannot be sent from here. Call the tool without \`body\`, or from an Executor daemon.`,
    );
  }
  const { timeoutMs } = settings;
  const response = yield* callUpstream({ ...request, namespace, timeoutMs, mayBePart });
  const result = yield* readReply(response);
  if (!call.wantsResponse) return result;
  const reply = replyResponse(response);
  const target = reply.links["next"];
  if (target === undefined) return { ...result, response: reply };
  const urls = { target, requestUrl: request.url, replyUrl: response.url };
  return { ...result, response: { ...reply, next: nextInput(binding, call, urls) } };
});
