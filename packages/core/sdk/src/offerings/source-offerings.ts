import { Context, Data, Effect, Either, Layer, Schema, Stream } from "effect";
import { redactFailures } from "../invocation/redact-call.ts";
import { makeCallSettings } from "../invocation/call-settings.ts";
import { notingCondition } from "../invocation/source-condition.ts";
import type { Redactor } from "../credentials/redactor.ts";
import type {
  Completion,
  CompletionRequest,
  FilledPrompt,
  OfferingAccess,
  Offerings,
  ResourceContents,
  SourcePrompt,
  SourceResource,
  SourceResourceTemplate,
} from "../model/offerings.ts";
import { SourcePlugins } from "../model/plugin.ts";
import { shorten } from "../model/shorten.ts";
import { SourceInUse } from "../model/source-in-use.ts";
import { Namespace, type ResolvedSettings } from "../model/source.ts";
import { ToolAnnotations, ToolCallError, type ToolCallFailureOutcome } from "../model/tool.ts";
import { tellingTrace } from "../model/trace-context.ts";
import { Policies } from "../policies/policies.ts";
import { type CallTarget, SourceRows } from "../sources/source-rows.ts";
import { Sources } from "../sources/sources.ts";
import { inScope, ToolScope } from "../toolkits/tool-scope.ts";
import { clientContents, clientOfferings, clientPrompt } from "./client-offerings.ts";
import { counted, type OfferingMethod } from "./counted.ts";
import { makeOfferingLists } from "./offering-lists.ts";
import { followResource } from "./follow-resource.ts";
import { type OfferingName, readPromptName, readResourceUri } from "./offering-names.ts";

/**
 * Resources and prompts of all sources, under the names by which clients know them: `executor://namespace/uri` and `namespace.name`.
 * Policies and toolkits decide over them by the addresses `namespace.resources.read` and `namespace.prompts.get`: where these are not
 * allowed, or would need a person's approval, a source's are neither listed nor read. Each use of a source is counted once.
 */
export class SourceOfferings extends Context.Tag("@executor/sdk/SourceOfferings")<
  SourceOfferings,
  {
    /** Within 10 seconds. What a source does not list in time, or has beyond its bounds, is left out, with a warning in the log. */
    readonly resources: Effect.Effect<ReadonlyArray<SourceResource>>;
    readonly templates: Effect.Effect<ReadonlyArray<SourceResourceTemplate>>;
    readonly prompts: Effect.Effect<ReadonlyArray<SourcePrompt>>;
    /** What a resource holds; it need not be listed. An unknown URI is `unknown_resource`. */
    readonly read: (uri: string) => Effect.Effect<ReadonlyArray<ResourceContents>, ToolCallError>;
    /**
     * Begins to follow a resource. The effect that it gives does so until it is interrupted: it calls `onUpdate` when the resource may have
     * changed, at most ten times a second, for as long as it may be read.
     */
    readonly subscribe: (
      uri: string,
      onUpdate: Effect.Effect<void>,
    ) => Effect.Effect<Effect.Effect<void>, ToolCallError>;
    /** A prompt with its arguments filled in. An unknown name is `unknown_prompt`. */
    readonly fillPrompt: (
      name: string,
      input: Readonly<Record<string, string>>,
    ) => Effect.Effect<FilledPrompt, ToolCallError>;
    /** Values of an argument of a prompt, or of a template's variable. */
    readonly complete: (request: CompletionRequest) => Effect.Effect<Completion, ToolCallError>;
  }
>() {
  static readonly layer = Layer.suspend(() => Layer.effect(SourceOfferings, make));
}

/** A part of what sources offer, as policies and toolkits name it. */
type Part = "resources.read" | "prompts.get";

interface FoundOffering {
  readonly source: CallTarget;
  readonly access: OfferingAccess;
  /** The source's own name or URI. */
  readonly name: string;
}

const make = Effect.gen(function* () {
  const rows = yield* SourceRows;
  const policies = yield* Policies;
  const plugins = yield* SourcePlugins;
  const sources = yield* Sources;
  const prepare = yield* makeCallSettings;

  /** Uses a source's access with its settings; without credentials in what it gives. */
  const use = <A>(
    source: CallTarget,
    ask: (settings: ResolvedSettings) => Effect.Effect<A, ToolCallError>,
    clean: (value: A, redactor: Redactor) => A,
  ): Effect.Effect<A, ToolCallError> => {
    const { kind, namespace, settings, url } = source;
    return Effect.flatMap(prepare(Data.struct({ kind, settings, url })), (prepared) =>
      prepared
        .shield(ask(prepared.settings), (asked, redactor) => redactFailures(redactor)(asked))
        .pipe(
          Effect.map((value) => clean(value, prepared.redactor)),
          notingCondition(rows, source),
          tellingTrace(settings),
          Effect.provideService(SourceInUse, namespace),
        ),
    );
  };

  const lists = yield* makeOfferingLists((namespace) =>
    Effect.flatMap(rows.target(namespace), (source) => {
      const access = source && plugins.get(source.kind)?.offerings;
      return source === undefined || access === undefined
        ? Effect.succeed(nothing)
        : use(source, access.list, clientOfferings(namespace));
    }),
  );

  const decide = (namespace: string, part: Part) =>
    policies.decide(`${namespace}.${part}`, readOnly);

  const list = <A>(
    method: OfferingMethod,
    part: Part,
    pick: (offerings: Offerings) => ReadonlyArray<A>,
  ): Effect.Effect<ReadonlyArray<A>> =>
    Effect.gen(function* () {
      const scope = yield* ToolScope;
      const listing: Array<Effect.Effect<ReadonlyArray<A>>> = [];
      for (const source of yield* rows.all) {
        const { enabled, kind, namespace, state } = source;
        if (!enabled || state.status !== "ready") continue;
        if (plugins.get(kind)?.offerings === undefined) continue;
        if (!inScope(scope, `${namespace}.${part}`)) continue;
        if ((yield* decide(namespace, part)) !== "allow") continue;
        listing.push(
          lists
            .of(source)
            .pipe(
              counted(method, namespace),
              Effect.match({ onFailure: () => [], onSuccess: pick }),
            ),
        );
      }
      return (yield* Effect.all(listing, { concurrency: "unbounded" })).flat();
    });

  /** Finds what a client names, if it may use that. To a client, what is outside of its toolkit is what there is not. */
  const find = (
    part: Part,
    given: OfferingName | undefined,
    shown: string,
  ): Effect.Effect<FoundOffering, ToolCallError> =>
    Effect.gen(function* () {
      const unknown = part === "prompts.get" ? unknownPrompt(shown) : unknownResource(shown);
      if (given === undefined || !isNamespace(given.namespace)) return yield* unknown;
      const { name, namespace } = given;
      const source = yield* rows.target(namespace);
      const access = source && plugins.get(source.kind)?.offerings;
      if (source === undefined || access === undefined) return yield* unknown;
      if (!inScope(yield* ToolScope, `${namespace}.${part}`)) return yield* unknown;
      if (!source.enabled) return yield* blocked("source_disabled", disabledMessage(namespace));
      const decision = yield* decide(namespace, part);
      if (decision !== "allow") {
        return yield* blocked(
          decision === "block" ? "blocked_by_policy" : "needs_approval",
          refusals[decision](`${namespace}.${part}`),
        );
      }
      return { source, access, name };
    });

  const findResource = (uri: string) => find("resources.read", readResourceUri(uri), uri);
  const findPrompt = (name: string) => find("prompts.get", readPromptName(name), name);

  /** Finds and uses, counted for the source where there is one. */
  const using = <A>(
    method: OfferingMethod,
    found: Effect.Effect<FoundOffering, ToolCallError>,
    run: (offering: FoundOffering) => Effect.Effect<A, ToolCallError>,
  ): Effect.Effect<A, ToolCallError> =>
    Effect.flatMap(Effect.either(found), (either) =>
      Either.match(either, {
        onLeft: (error) => counted(method, undefined)(Effect.fail(error)),
        onRight: (offering) => counted(method, offering.source.namespace)(run(offering)),
      }),
    );

  return {
    resources: list("resources/list", "resources.read", ({ resources }) => resources),
    templates: list("resources/templates/list", "resources.read", ({ templates }) => templates),
    prompts: list("prompts/list", "prompts.get", ({ prompts }) => prompts),

    read: (uri: string) =>
      using("resources/read", findResource(uri), ({ access, name, source }) =>
        use(source, (settings) => access.read(settings, name), clientContents(source.namespace)),
      ),

    subscribe: (uri: string, onUpdate: Effect.Effect<void>) =>
      using("resources/subscribe", findResource(uri), () =>
        Effect.succeed(
          followResource({
            found: Effect.option(findResource(uri)),
            changes: sources.changes,
            updates: ({ access, name, source }, told) =>
              use(
                source,
                (settings) => Stream.runForEach(access.updates(settings, name), () => told),
                (value) => value,
              ),
            onUpdate,
          }),
        ),
      ),

    fillPrompt: (name: string, input: Readonly<Record<string, string>>) =>
      using("prompts/get", findPrompt(name), (offering) =>
        use(
          offering.source,
          (settings) => offering.access.fillPrompt(settings, offering.name, input),
          clientPrompt(offering.source.namespace),
        ),
      ),

    complete: (request: CompletionRequest) => {
      const { ref } = request;
      const found = ref.type === "ref/prompt" ? findPrompt(ref.name) : findResource(ref.uri);
      return using("completion/complete", found, ({ access, name, source }) => {
        const own =
          ref.type === "ref/prompt"
            ? ({ type: ref.type, name } as const)
            : ({ type: ref.type, uri: name } as const);
        return use(
          source,
          (settings) => access.complete(settings, { ...request, ref: own }),
          (completion, { text }) => ({ ...completion, values: completion.values.map(text) }),
        );
      });
    },
  };
});

const nothing: Offerings = { resources: [], templates: [], prompts: [] };

/** Resources and prompts are read only (MCP, "Resources" and "Prompts"). */
const readOnly = new ToolAnnotations({
  readOnly: true,
  destructive: false,
  requiresApproval: false,
});

const isNamespace = Schema.is(Namespace);

const failed = (outcome: ToolCallFailureOutcome, errorType: string, message: string) =>
  new ToolCallError({ outcome, errorType, message });

const blocked = (errorType: string, message: string) => failed("blocked", errorType, message);

const maxShownChars = 200;

const unknownResource = (uri: string) =>
  failed(
    "invalid_input",
    "unknown_resource",
    `There is no resource ${shorten(uri, maxShownChars)}. URIs are those of resources/list, and those that the templates of resources/templates/list give.`,
  );

const unknownPrompt = (name: string) =>
  failed(
    "invalid_input",
    "unknown_prompt",
    `There is no prompt ${shorten(name, maxShownChars)}. prompts/list has the names.`,
  );

const disabledMessage = (namespace: string) =>
  `The operator has disabled the source ${namespace}. Do without it, or ask the operator to enable it.`;

const refusals = {
  block: (address: string) =>
    `A policy blocks ${address}. Do without it, or ask the operator to change the policy.`,
  approve: (address: string) =>
    `A policy wants a person's approval for ${address}, which can be asked for calls of tools only. Ask the operator to allow it.`,
};
