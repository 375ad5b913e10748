import type { Effect, Stream } from "effect";
import type { JsonObject } from "./json.ts";
import type { ResolvedSettings } from "./source.ts";
import type { ToolCallError } from "./tool.ts";

/** Something that a source lets clients read, by its URI (MCP, "Resources"). Members that the source does not give are absent. */
export interface SourceResource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  /** Bytes before any encoding. */
  readonly size?: number;
  readonly annotations?: JsonObject;
}

/** Resources that a source has too many of to list: the URI has variables (RFC 6570). */
export interface SourceResourceTemplate {
  readonly uriTemplate: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
  readonly annotations?: JsonObject;
}

/** A part of what a resource holds: text, or bytes in base64. */
export type ResourceContents = {
  readonly uri: string;
  readonly mimeType?: string;
} & ({ readonly text: string } | { readonly blob: string });

/** A prompt that a source offers to people (MCP, "Prompts"). */
export interface SourcePrompt {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly arguments: ReadonlyArray<{
    readonly name: string;
    readonly title?: string;
    readonly description?: string;
    readonly required: boolean;
  }>;
}

/** A prompt with its arguments filled in. */
export interface FilledPrompt {
  readonly description?: string;
  /** Content is a block as in a tool's result: text, image, audio, resource or a link to one. */
  readonly messages: ReadonlyArray<{
    readonly role: "user" | "assistant";
    readonly content: JsonObject;
  }>;
}

/** What the values of an argument are asked for. */
export interface CompletionRequest {
  readonly ref:
    | { readonly type: "ref/prompt"; readonly name: string }
    | { readonly type: "ref/resource"; readonly uri: string };
  readonly argument: { readonly name: string; readonly value: string };
  /** Values that other arguments have already. */
  readonly context?: { readonly arguments: Readonly<Record<string, string>> } | undefined;
}

export interface Completion {
  /** At most 100 (MCP, "Completion"). */
  readonly values: ReadonlyArray<string>;
  readonly total?: number;
  readonly hasMore?: boolean;
}

/** What a source offers beside tools. Lists that it does not offer are empty. */
export interface Offerings {
  readonly resources: ReadonlyArray<SourceResource>;
  readonly templates: ReadonlyArray<SourceResourceTemplate>;
  readonly prompts: ReadonlyArray<SourcePrompt>;
}

/**
 * Access to what a source offers beside tools. Every list has at most 5,000 members, a reply 10 MiB. Everything is read anew with each
 * call, and counted for the source in use.
 */
export interface OfferingAccess {
  /** Everything that the source lists. Members that cannot be read are left out. */
  readonly list: (settings: ResolvedSettings) => Effect.Effect<Offerings, ToolCallError>;
  /** What a resource holds; it need not be listed. An unknown URI is `invalid_input`. */
  readonly read: (
    settings: ResolvedSettings,
    uri: string,
  ) => Effect.Effect<ReadonlyArray<ResourceContents>, ToolCallError>;
  readonly fillPrompt: (
    settings: ResolvedSettings,
    name: string,
    input: Readonly<Record<string, string>>,
  ) => Effect.Effect<FilledPrompt, ToolCallError>;
  /** No values where the source offers no completion. */
  readonly complete: (
    settings: ResolvedSettings,
    request: CompletionRequest,
  ) => Effect.Effect<Completion, ToolCallError>;
  /**
   * Emits when the source says that a resource was updated, and after a connection was lost, since nothing tells what happened
   * meanwhile. Keeps a connection open for as long as it is read. Never emits where the source offers no subscriptions.
   */
  readonly updates: (settings: ResolvedSettings, uri: string) => Stream.Stream<void>;
}
