import { shorten, SourceInUse, unknownSource } from "@executor/sdk";
import type {
  DetectedSource,
  JsonObject,
  ResolvedSettings,
  SourcePlugin,
  ToolCall,
} from "@executor/sdk";
import { bindingReader, runSteps, takeOnly } from "@executor/plugin-kit";
import type { FilterNames } from "@executor/plugin-kit";
import { Effect, Either, Option, PubSub, type Scope, Stream } from "effect";
import { settled } from "./settled.ts";
import { type Connections, defaultConnectionLimits, makeConnections } from "./connections/pool.ts";
import { type Endpoint, endpointKey, endpointOf, endpointUrl } from "./transports/endpoint.ts";
import { listAllTools } from "./tools/list-all-tools.ts";
import { withErrorData } from "./tools/error-data.ts";
import { toLoadError, toToolCallError } from "./failures.ts";
import { KnownEras } from "./connections/known-eras.ts";
import { openConnection } from "./connections/open-connection.ts";
import { readResult } from "./tools/result.ts";
import type { StdioTransports } from "./transports/connect.ts";
import { offeringAccess } from "./offerings/offering-access.ts";
import { resourceUpdates, updateKey } from "./offerings/resource-updates.ts";
import { programName, suggestNamespace, toolPaths } from "./names.ts";
import { Binding, type ListedTool, toolDefinition } from "./tools/tool-definition.ts";

export interface McpPluginOptions {
  /** The version that the client tells servers. */
  readonly version: string;
  /** `stdioTransport` of `@executor/plugin-mcp/stdio`. Leave it out on a platform without programs. */
  readonly stdio?: StdioTransports;
}

/** The least milliseconds for opening a connection, however short its calls are. */
const minOpeningMs = 30_000;

/** Milliseconds for the detection of a URL's kind, for which a person waits. */
const detectionMs = 10_000;

/**
 * The plugin for MCP servers, over streamable HTTP, SSE or stdio. Calls with the same settings share a connection. A call is
 * sent once: nothing is repeated that a server may have started. Closing the scope closes the connections and ends the programs.
 */
export const mcpPlugin = ({
  version,
  stdio,
}: McpPluginOptions): Effect.Effect<SourcePlugin, never, Scope.Scope> =>
  Effect.gen(function* () {
    const changed = yield* PubSub.sliding<string>(1_024);
    const updated = yield* PubSub.sliding<string>(1_024);
    const knownEras = new KnownEras();
    const connections = yield* makeConnections(
      (endpoint, opening, onBroken) =>
        openConnection(endpoint, {
          ...opening,
          version,
          stdio,
          knownEras,
          onBroken,
          onToolsChanged: () => changed.unsafeOffer(endpointKey(endpoint)),
          onResourceUpdated: (uri) => updated.unsafeOffer(updateKey(endpointKey(endpoint), uri)),
        }),
      defaultConnectionLimits,
    );
    return {
      kind: "mcp",
      asks: true,
      detect: (settings) => detect(settings, version),
      load: (settings) => Effect.mapError(load(connections, settings), toLoadError),
      invoke: (call) => invoke(connections, call),
      offerings: offeringAccess({
        connections,
        opening,
        updates: resourceUpdates({ connections, opening, updated }),
      }),
      changes: (settings) =>
        Either.match(endpointOf(settings), {
          onLeft: () => Stream.never,
          onRight: (endpoint) => {
            const key = endpointKey(endpoint);
            return Stream.unwrapScoped(
              Effect.map(PubSub.subscribe(changed), ({ take }) =>
                settled(Effect.repeat(take, { until: (other) => other === key })),
              ),
            );
          },
        }),
      release: (settings) =>
        Either.match(endpointOf(settings), {
          onLeft: () => Effect.void,
          onRight: (endpoint) => {
            knownEras.forget(endpointKey(endpoint));
            return connections.release(endpoint);
          },
        }),
    };
  });

/**
 * Detects a program by its name, without running it, and a URL by connecting; `none` if no MCP server answers. One that wants sign-in
 * first is one, too. The source's
 * headers are sent unless `baseUrl` has another origin: then the URL may lead to a document.
 */
const detect = Effect.fn("Mcp.detect")(
  function* (settings: ResolvedSettings, version: string) {
    const { baseUrl, url } = settings;
    const isElsewhere = baseUrl !== undefined && originOf(baseUrl) !== originOf(url);
    const asked = isElsewhere ? { ...settings, headers: {} } : settings;
    const endpoint = Option.getRight(endpointOf(asked));
    if (Option.isNone(endpoint) || settings.document !== undefined) return Option.none();
    if (endpoint.value.transport === "stdio")
      return Option.some(named(programName(endpoint.value)));
    const { serverName } = yield* openConnection(endpoint.value, {
      version,
      stdio: undefined,
      namespace: unknownSource,
      timeoutMs: detectionMs,
      knownEras: new KnownEras(),
      onBroken: nothing,
      onToolsChanged: nothing,
      onResourceUpdated: nothing,
    });
    return Option.some(named(serverName));
  },
  Effect.scoped,
  (detecting, { url }) =>
    Effect.catchAll(detecting, (failure) =>
      Effect.succeed(
        failure.wantsSignIn === true
          ? Option.some(named(URL.parse(url ?? "")?.hostname ?? ""))
          : Option.none(),
      ),
    ),
);

const originOf = (url = ""): string | undefined => URL.parse(url)?.origin;

const nothing = () => {};

const named = (name: string): DetectedSource => ({ name, namespace: suggestNamespace(name) });

const maxInstructions = 8_000;

const opening = ({ timeoutMs }: ResolvedSettings, namespace: string) => ({
  namespace,
  timeoutMs: Math.max(timeoutMs, minOpeningMs),
});

const load = Effect.fn("Mcp.load")(function* (
  connections: Connections,
  settings: ResolvedSettings,
) {
  const endpoint = yield* endpointOf(settings);
  const { instructions, serverName, tools, warnings } = yield* connections.use(
    endpoint,
    opening(settings, yield* SourceInUse),
    (connection) =>
      Effect.map(listAllTools(connection, settings.timeoutMs), (list) => ({
        ...list,
        serverName: connection.serverName,
        instructions: connection.instructions,
      })),
  );
  const paths = toolPaths(tools.map(({ name }) => name));
  const listed = tools.map((tool) => ({ tool, path: paths.get(tool.name) ?? tool.name }));
  if (settings.overlay !== undefined) {
    warnings.warn(
      "overlay_not_applicable",
      "An overlay changes OpenAPI documents only.",
      "overlay",
    );
  }
  const steps = takeOnly(listed, settings.only, filterNames, warnings);
  const chosen = yield* Effect.orDie(runSteps(steps));
  return {
    name: serverName,
    ...(instructions === undefined ? {} : { instructions: shorten(instructions, maxInstructions) }),
    url: shownUrl(endpoint),
    tools: chosen.map(({ tool, path }) => toolDefinition(tool, path)),
    definitions: new Map(),
    warnings: warnings.all(),
  };
});

const filterNames: FilterNames<{ readonly tool: ListedTool; readonly path: string }> = {
  operations: ({ path, tool }) => [tool.name, path],
};

/** The URL without its query, which may hold a credential. Calls use the URL of the settings. */
const shownUrl = (endpoint: Endpoint): string => endpointUrl(endpoint).replace(/\?.*$/s, "");

const readBinding = bindingReader(Binding);

/** A result without its absent members: some servers write `null` for them. */
const withoutNulls = (result: JsonObject): JsonObject =>
  Object.values(result).includes(null)
    ? Object.fromEntries(Object.entries(result).filter(([, value]) => value !== null))
    : result;

const invoke = Effect.fn("Mcp.invoke")(function* (connections: Connections, call: ToolCall) {
  const { address, input, inputSchema, integers, namespace, settings } = call;
  const { asTask, name } = readBinding(call.binding);
  const { timeoutMs } = settings;
  const result = yield* Effect.flatMap(endpointOf(settings), (endpoint) =>
    connections.use(endpoint, opening(settings, namespace), (connection) =>
      connection.callTool({
        name,
        asTask,
        input,
        inputSchema,
        integers,
        address,
        timeoutMs,
        namespace,
      }),
    ),
  ).pipe(Effect.mapError(toToolCallError));
  return yield* Either.mapLeft(readResult(withoutNulls(result)), (error) =>
    withErrorData(error, result),
  );
});
