import type { Json, JsonObject, OfferingAccess, ResolvedSettings } from "@executor/sdk";
import { SourceInUse, ToolCallError } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { Effect, type Stream } from "effect";
import type { Connection } from "../connections/connection.ts";
import { listPages, type PagedList } from "../connections/list-pages.ts";
import type { RpcRequest } from "../connections/peer.ts";
import { inWholeTime } from "../connections/whole-time.ts";
import type { Connections, Opening } from "../connections/pool.ts";
import { invalidResponse, type McpFailure, toToolCallError } from "../failures.ts";
import { endpointOf } from "../transports/endpoint.ts";
import {
  readCompletion,
  readContents,
  readFilledPrompt,
  readPrompt,
  readResource,
  readTemplate,
} from "./read-offerings.ts";

export interface OfferingOptions {
  readonly connections: Connections;
  readonly opening: (settings: ResolvedSettings, namespace: string) => Opening;
  readonly updates: (settings: ResolvedSettings, uri: string) => Stream.Stream<void>;
}

/** Access to the resources and prompts of MCP servers, over the connections that their tools are called on. */
export const offeringAccess = ({
  connections,
  opening,
  updates,
}: OfferingOptions): OfferingAccess => {
  const using = <A>(
    settings: ResolvedSettings,
    use: (connection: Connection) => Effect.Effect<A, McpFailure>,
  ) =>
    Effect.gen(function* () {
      const endpoint = yield* endpointOf(settings);
      return yield* connections.use(endpoint, opening(settings, yield* SourceInUse), use);
    }).pipe(Effect.mapError(toToolCallError));

  /** One request of a capability, and its result as it is read; `undefined` from `read` is no valid result. */
  const ask = <A>(
    settings: ResolvedSettings,
    rpc: RpcRequest,
    read: (result: JsonObject) => A | undefined,
  ) =>
    using(settings, ({ request }) =>
      Effect.flatMap(request(rpc, settings.timeoutMs), (result) => {
        const value = read(result);
        return value === undefined ? Effect.fail(invalidResponse) : Effect.succeed(value);
      }),
    );

  return {
    list: (settings) =>
      using(settings, (connection) => {
        const list = <A>(
          capability: string,
          pages: PagedList,
          read: (item: Json) => ReadonlyArray<A>,
        ) =>
          offers(connection, capability)
            ? listPages(connection, pages, settings.timeoutMs).pipe(
                inWholeTime(pages.name, settings.timeoutMs),
                Effect.map((items) => items.flatMap(read)),
              )
            : Effect.succeed([]);
        return Effect.all(
          {
            resources: list(
              "resources",
              { method: "resources/list", name: "resources" },
              readResource,
            ),
            templates: Effect.catchIf(
              list(
                "resources",
                { method: "resources/templates/list", name: "resourceTemplates" },
                readTemplate,
              ),
              isUnknownMethod,
              () => Effect.succeed([]),
            ),
            prompts: list("prompts", { method: "prompts/list", name: "prompts" }, readPrompt),
          },
          { concurrency: "unbounded" },
        );
      }),
    read: (settings, uri) =>
      ask(settings, { method: "resources/read", params: { uri } }, readContents).pipe(
        Effect.mapError((error) =>
          error.errorType === unknownResource
            ? new ToolCallError({ ...error, message: error.message, outcome: "invalid_input" })
            : error,
        ),
      ),
    fillPrompt: (settings, name, input) =>
      ask(
        settings,
        { method: "prompts/get", params: { name, arguments: { ...input } } },
        readFilledPrompt,
      ),
    complete: (settings, { argument, context, ref }) =>
      using(settings, (connection) =>
        offers(connection, "completions")
          ? connection.request(
              {
                method: "completion/complete",
                params: {
                  ref: { ...ref },
                  argument: { ...argument },
                  ...(context === undefined
                    ? {}
                    : { context: { arguments: { ...context.arguments } } }),
                },
              },
              settings.timeoutMs,
            )
          : Effect.succeed({}),
      ).pipe(Effect.map(readCompletion)),
    updates,
  };
};

const offers = ({ capabilities }: Connection, capability: string): boolean =>
  member(capabilities, capability) !== undefined;

/** JSON-RPC's code for a method that a server does not have: templates are often left out. */
const methodNotFound = -32_601;

const isUnknownMethod = ({ code, reason }: McpFailure): boolean =>
  reason === "rpc_error" && code === methodNotFound;

/** MCP's code for a resource that there is not, until 2025-11-25. */
const unknownResource = "-32002";
