import { Context, Effect, Layer, Option } from "effect";
import { guarded } from "../credentials/credential-guard.ts";
import { makeRedactor, type Redactor } from "../credentials/redactor.ts";
import { callOrigin, requireAll, resolveSettings } from "../credentials/resolve-settings.ts";
import type { Resolution, SecretProblem } from "../credentials/resolve-settings.ts";
import { SecretStore } from "../credentials/secret-store.ts";
import type { SourceWarning } from "../model/description.ts";
import type { JsonObject } from "../model/json.ts";
import { tellingTrace } from "../model/trace-context.ts";
import type { LoadedSource, SourcePlugin, ToolDefinition } from "../model/plugin.ts";
import {
  InvalidSourceDocument,
  SourceDocumentTooLarge,
  SourceUnreachable,
} from "../model/source.ts";
import type { SourceKind, SourceLoadError, SourceSettings } from "../model/source.ts";
import { inChunks } from "../tools/in-chunks.ts";
import { keptWarnings } from "./kept-warnings.ts";

/** A description that was read, without credentials, and with as many of its warnings as are kept. */
export interface ReadSource extends LoadedSource {
  /** All warnings, those that are not kept too. */
  readonly warningCount: number;
}

/** Why a source could not be loaded with its settings and secrets. */
export type UseSourceError = SourceLoadError | SecretProblem;

/**
 * Asks plugins about sources. A plugin gets settings with the secrets' values, for the origin that its requests go to. Its
 * requests are guarded, and its answers are free of those values.
 */
export class SourceAccess extends Context.Tag("@executor/sdk/SourceAccess")<
  SourceAccess,
  ReturnType<typeof make>
>() {
  static readonly layer = Layer.suspend(() =>
    Layer.effect(SourceAccess, Effect.map(SecretStore, make)),
  );
}

const make = ({ find }: Context.Tag.Service<typeof SecretStore>) => {
  const load = Effect.fn("SourceAccess.load")(function* (
    plugin: SourcePlugin,
    settings: SourceSettings,
  ) {
    const origin = callOrigin(plugin.kind, settings);
    const resolution = yield* resolveSettings(find, settings, origin);
    // An OpenAPI description without `baseUrl` is fetched without secrets: only the description tells where calls go.
    if (origin !== undefined || plugin.kind !== "openapi") yield* requireAll(resolution);
    const redactor = makeRedactor(resolution.credentials);
    const loaded = yield* shielded(
      plugin.load(resolution.settings),
      settings,
      resolution,
      redactor,
    );
    const after = callOrigin(plugin.kind, settings, loaded.url);
    yield* requireAll(
      after === origin ? resolution : yield* resolveSettings(find, settings, after),
    );
    return yield* redactLoaded(loaded, redactor);
  });

  /** Leaves out secrets that may not be sent to the origin, and fails because of them only where it finds nothing. */
  const detect = Effect.fn("SourceAccess.detect")(function* (
    plugin: SourcePlugin,
    settings: SourceSettings,
  ) {
    const origin = callOrigin(plugin.kind, settings, settings.baseUrl ?? settings.url);
    const resolution = yield* resolveSettings(find, settings, origin);
    const redactor = makeRedactor(resolution.credentials);
    const found = yield* shielded(
      plugin.detect(resolution.settings),
      settings,
      resolution,
      redactor,
    );
    if (Option.isNone(found)) yield* requireAll(resolution);
    return Option.map(found, ({ name, namespace }) => ({ name: redactor.text(name), namespace }));
  });

  return {
    load,
    detect,
    /** Settings for the calls of a source whose calls are sent to `url`. */
    resolve: (kind: SourceKind, settings: SourceSettings, url: string) =>
      resolveSettings(find, settings, callOrigin(kind, settings, url)).pipe(
        Effect.flatMap(requireAll),
        Effect.map((resolution) => resolution.settings),
      ),
  };
};

/** Uses a plugin with guarded requests, and without credentials in its errors. */
const shielded = <A>(
  use: Effect.Effect<A, SourceLoadError>,
  settings: SourceSettings,
  resolution: Resolution,
  redactor: Redactor,
): Effect.Effect<A, SourceLoadError> =>
  use.pipe(
    guarded(resolution, redactor),
    tellingTrace(settings),
    Effect.mapError((error) => redactLoadError(error, redactor)),
    redactor.defects,
  );

/**
 * Removes credentials from a description. A tool whose name holds one is left out with a warning, because its name is a label
 * too. Bindings stay as they are: only the plugin sees them.
 */
export const redactLoaded = Effect.fnUntraced(function* (loaded: LoadedSource, redactor: Redactor) {
  const tools: Array<ToolDefinition> = [];
  yield* inChunks(loaded.tools, (chunk) =>
    Effect.sync(() => {
      for (const tool of chunk) {
        if (redactor.text(tool.path) !== tool.path) continue;
        tools.push({
          ...tool,
          description: redactor.text(tool.description),
          inputSchema: redactor.object(tool.inputSchema),
          outputSchema: tool.outputSchema === null ? null : redactor.object(tool.outputSchema),
        });
      }
    }),
  );
  const definitions = new Map<string, JsonObject>();
  yield* inChunks(loaded.definitions, (chunk) =>
    Effect.sync(() => {
      for (const [name, schema] of chunk) definitions.set(name, redactor.object(schema));
    }),
  );
  const leftOut = loaded.tools.length - tools.length;
  const warnings =
    leftOut === 0 ? loaded.warnings : [namesWithCredentials(leftOut), ...loaded.warnings];
  const read: ReadSource = {
    ...loaded,
    name: redactor.text(loaded.name),
    ...(loaded.instructions === undefined
      ? {}
      : { instructions: redactor.text(loaded.instructions) }),
    tools,
    definitions,
    warnings: keptWarnings(warnings, redactor.text),
    warningCount: warnings.length,
  };
  return read;
});

const namesWithCredentials = (count: number): SourceWarning => ({
  code: "credential_in_name",
  message: `Left out because their names hold one of the source's credentials: ${count} of its tools. Change the credential or the names.`,
  place: null,
});

const redactLoadError = (error: SourceLoadError, redactor: Redactor): SourceLoadError => {
  const message = redactor.text(error.message);
  if (message === error.message) return error;
  return error._tag === "SourceUnreachable"
    ? new SourceUnreachable({ message, code: error.code })
    : new loadErrors[error._tag]({ message });
};

const loadErrors = { InvalidSourceDocument, SourceDocumentTooLarge };
