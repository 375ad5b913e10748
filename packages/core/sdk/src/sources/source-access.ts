import { Context, Effect, Layer, Option } from "effect";
import type {
  DetectedSource,
  LoadedSource,
  SourcePlugin,
  ToolCall,
  ToolResult,
} from "../model/plugin.ts";
import type { MissingSecret, SecretNotForOrigin } from "../credentials/secret.ts";
import type { SourceLoadError } from "../model/source-errors.ts";
import type { ResolvedSettings, SourceKind, SourceSettings } from "../model/source.ts";
import { ToolCallError } from "../model/tool-call-error.ts";
import { CredentialGuard } from "../credentials/credential-guard.ts";
import { credentialGuard } from "../credentials/guard.ts";
import { callOrigin } from "../credentials/credentials.ts";
import { redactDefects, redactLoaded, redactLoadError, redactToolCall } from "./redact-source.ts";
import { makeRedactor } from "../credentials/redactor.ts";
import type { Redactor } from "../credentials/redactor.ts";
import { requireAll, resolveSettings } from "../credentials/resolve-settings.ts";
import type { Resolution } from "../credentials/resolve-settings.ts";
import { SecretStore } from "../credentials/secret-store.ts";

/** A tool call whose settings are as they are stored. */
export interface StoredToolCall extends Omit<ToolCall, "settings"> {
  readonly kind: SourceKind;
  readonly settings: SourceSettings;
}

type SecretProblem = MissingSecret | SecretNotForOrigin;

/**
 * The one way to a plugin. It is given settings with the secrets' values, for the origin that its requests go to; what it
 * sends is guarded, and what comes back is free of those values.
 */
export class SourceAccess extends Context.Tag("@executor/sdk/internal/SourceAccess")<
  SourceAccess,
  {
    readonly load: (
      plugin: SourcePlugin,
      settings: SourceSettings,
    ) => Effect.Effect<LoadedSource, SourceLoadError | SecretProblem>;
    /** Leaves out secrets that may not go where it looks, and says so where it finds nothing. */
    readonly detect: (
      plugin: SourcePlugin,
      settings: SourceSettings,
    ) => Effect.Effect<Option.Option<DetectedSource>, SourceLoadError | SecretProblem>;
    readonly invoke: (
      plugin: SourcePlugin,
      call: StoredToolCall,
    ) => Effect.Effect<ToolResult, ToolCallError>;
    /** What the plugin is given for the calls of a source whose calls go to `url`. */
    readonly resolve: (
      kind: SourceKind,
      settings: SourceSettings,
      url: string,
    ) => Effect.Effect<ResolvedSettings, SecretProblem>;
  }
>() {
  static readonly layer = Layer.effect(
    SourceAccess,
    Effect.suspend(() => make),
  );
}

/** What a call needs, kept until a secret changes. */
interface Prepared {
  readonly version: number;
  readonly settings: ResolvedSettings;
  readonly guarded: <A, E>(use: Effect.Effect<A, E>) => Effect.Effect<A, E>;
  readonly redactor: Redactor | undefined;
}

const make = Effect.gen(function* () {
  const store = yield* SecretStore;
  const resolveFor = (settings: SourceSettings, origin: string | undefined) =>
    resolveSettings(store.find, settings, origin);

  const load = Effect.fn("SourceAccess.load")(function* (
    plugin: SourcePlugin,
    settings: SourceSettings,
  ) {
    const origin = callOrigin(plugin.kind, settings);
    const resolution = yield* resolveFor(settings, origin);
    // An OpenAPI description without `baseUrl` is fetched without them: it is what tells where calls go.
    if (origin !== undefined || plugin.kind !== "openapi") yield* requireAll(resolution);
    const redactor = makeRedactor(resolution.credentials);
    const loaded = yield* plugin.load(resolution.settings).pipe(
      guarded(resolution),
      Effect.mapError((error) => redactLoadError(error, redactor)),
      redactDefects(redactor),
    );
    const after = callOrigin(plugin.kind, settings, loaded.url);
    yield* requireAll(after === origin ? resolution : yield* resolveFor(settings, after));
    return yield* redactLoaded(loaded, redactor);
  });

  const detect = Effect.fn("SourceAccess.detect")(function* (
    plugin: SourcePlugin,
    settings: SourceSettings,
  ) {
    const origin = callOrigin(plugin.kind, settings, settings.baseUrl ?? settings.url);
    const resolution = yield* resolveFor(settings, origin);
    const redactor = makeRedactor(resolution.credentials);
    const found = yield* plugin.detect(resolution.settings).pipe(
      guarded(resolution),
      Effect.mapError((error) => redactLoadError(error, redactor)),
      redactDefects(redactor),
    );
    if (Option.isNone(found)) yield* requireAll(resolution);
    return Option.map(found, ({ name, namespace }) => ({ name: redactor.text(name), namespace }));
  });

  const prepared = new WeakMap<SourceSettings, Prepared>();

  const prepare = ({ kind, settings, url }: StoredToolCall) =>
    Effect.suspend(() => {
      const version = store.version();
      const known = prepared.get(settings);
      if (known?.version === version) return Effect.succeed(known);
      return Effect.map(
        Effect.flatMap(resolveFor(settings, callOrigin(kind, settings, url)), requireAll),
        (resolution) => {
          const next: Prepared = {
            version,
            settings: resolution.settings,
            guarded: guarded(resolution),
            redactor:
              resolution.credentials.length === 0
                ? undefined
                : makeRedactor(resolution.credentials),
          };
          prepared.set(settings, next);
          return next;
        },
      );
    });

  const invoke = (plugin: SourcePlugin, call: StoredToolCall) =>
    prepare(call).pipe(
      Effect.catchTags({
        MissingSecret: ({ message }) => blocked("missing_secret", message),
        SecretNotForOrigin: ({ message }) => blocked("secret_not_for_origin", message),
      }),
      Effect.flatMap(({ settings, guarded: guard, redactor }) => {
        const invocation = plugin.invoke({ ...call, settings });
        return redactor === undefined ? invocation : redactToolCall(guard(invocation), redactor);
      }),
    );

  return {
    load,
    detect,
    invoke,
    resolve: (kind: SourceKind, settings: SourceSettings, url: string) =>
      resolveFor(settings, callOrigin(kind, settings, url)).pipe(
        Effect.flatMap(requireAll),
        Effect.map((resolution) => resolution.settings),
      ),
  };
});

const guarded = (resolution: Resolution) => {
  const guard = credentialGuard(resolution);
  return <A, E>(use: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.provideService(use, CredentialGuard, guard);
};

const blocked = (errorType: string, message: string) =>
  Effect.fail(new ToolCallError({ outcome: "blocked", errorType, message }));
