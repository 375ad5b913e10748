import { contentBlock } from "@executor/execution";
import {
  type ResourceContents,
  SourceOfferings,
  type SourcePrompt,
  type ToolCallError,
} from "@executor/sdk";
import type {
  CompleteRequestParams,
  CompleteResult,
  GetPromptResult,
  ListPromptsResult,
  ListResourcesResult,
  ListResourceTemplatesResult,
  Prompt,
  ReadResourceResult,
  Resource,
  ResourceTemplateType,
} from "@modelcontextprotocol/server";
import { Effect } from "effect";
import { errorCodes, JsonRpcError } from "../json-rpc.ts";
import { pageOf } from "./page.ts";

export type HostOfferings = Effect.Effect.Success<typeof hostOfferings>;

/** Answers what clients ask of the sources' resources and prompts, mended so that MCP's schemas take it. */
export const hostOfferings = Effect.map(SourceOfferings, (offerings) => ({
  resources: (cursor: string | undefined): Effect.Effect<ListResourcesResult, JsonRpcError> =>
    Effect.gen(function* () {
      const { members, ...next } = yield* pageOf(yield* offerings.resources, cursor);
      return { resources: members.flatMap(listedResource), ...next };
    }),

  templates: (
    cursor: string | undefined,
  ): Effect.Effect<ListResourceTemplatesResult, JsonRpcError> =>
    Effect.gen(function* () {
      const { members, ...next } = yield* pageOf(yield* offerings.templates, cursor);
      const resourceTemplates = members.flatMap(({ uriTemplate, ...about }) =>
        listedResource({ ...about, uri: uriTemplate }).map(
          ({ uri, ...rest }): ResourceTemplateType => ({ ...rest, uriTemplate: uri }),
        ),
      );
      return { resourceTemplates, ...next };
    }),

  prompts: (cursor: string | undefined): Effect.Effect<ListPromptsResult, JsonRpcError> =>
    Effect.gen(function* () {
      const { members, ...next } = yield* pageOf(yield* offerings.prompts, cursor);
      return { prompts: members.map(listedPrompt), ...next };
    }),

  read: (uri: string): Effect.Effect<ReadResourceResult, JsonRpcError> =>
    Effect.map(Effect.mapError(offerings.read(uri), toRpcError), (contents) => ({
      contents: contents.map(mendedContents),
    })),

  /** See `SourceOfferings.subscribe`. */
  subscribe: (
    uri: string,
    onUpdate: () => void,
  ): Effect.Effect<Effect.Effect<void>, JsonRpcError> =>
    Effect.mapError(offerings.subscribe(uri, Effect.sync(onUpdate)), toRpcError),

  fillPrompt: (
    name: string,
    input: Readonly<Record<string, string>>,
  ): Effect.Effect<GetPromptResult, JsonRpcError> =>
    Effect.map(
      Effect.mapError(offerings.fillPrompt(name, input), toRpcError),
      ({ description, messages }) => ({
        ...(description === undefined ? {} : { description }),
        messages: messages.map(({ content, role }) => ({ role, content: mended(content) })),
      }),
    ),

  complete: ({
    argument,
    context,
    ref,
  }: CompleteRequestParams): Effect.Effect<CompleteResult, JsonRpcError> => {
    const values = context?.arguments;
    return Effect.map(
      Effect.mapError(
        offerings.complete({
          ref,
          argument,
          ...(values === undefined ? {} : { context: { arguments: values } }),
        }),
        toRpcError,
      ),
      ({ values: found, ...rest }) => ({ completion: { values: [...found], ...rest } }),
    );
  },
}));

/** A block with members that MCP's schema allows and no others. */
const mended = (block: object) => contentBlock({ json: JSON.stringify(block), omittedBytes: 0 });

/** A list's member has the members of a link. */
const listedResource = (resource: object): ReadonlyArray<Resource> => {
  const block = mended({ ...resource, type: "resource_link" });
  if (block.type !== "resource_link") return [];
  const { type: _, ...listed } = block;
  return [listed];
};

const listedPrompt = ({ arguments: wanted, ...prompt }: SourcePrompt): Prompt => ({
  ...prompt,
  arguments: wanted.map((argument) => ({ ...argument })),
});

/** What cannot be mended is a text that says so. */
const mendedContents = (part: ResourceContents): ResourceContents => {
  const block = mended({ type: "resource", resource: part });
  if (block.type === "resource") return block.resource;
  return { uri: part.uri, text: block.type === "text" ? block.text : "" };
};

/** The SDK tells clients of both eras of an unknown resource by the code for invalid parameters, as MCP 2026-07-28 does. */
const toRpcError = ({ errorType, message, outcome }: ToolCallError): JsonRpcError => {
  const isRefused =
    outcome === "invalid_input" || outcome === "blocked" || errorType === rpcInvalidParams;
  return new JsonRpcError(isRefused ? errorCodes.invalidParams : errorCodes.internal, message);
};

/** How a source of MCP says that it knows no such prompt. */
const rpcInvalidParams = String(errorCodes.invalidParams);
