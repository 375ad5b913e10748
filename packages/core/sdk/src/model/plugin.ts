import { Context } from "effect";
import type { Effect, Option, Stream } from "effect";
import type { Json, JsonObject } from "./json.ts";
import type { Namespace, SourceKind, ResolvedSettings } from "./source.ts";
import type { SourceLoadError } from "./source-errors.ts";
import type { ToolAnnotations } from "./tool.ts";
import type { ToolCallError } from "./tool-call-error.ts";

/** One tool as a plugin describes it. */
export interface ToolDefinition {
  /** The address without its namespace: identifiers joined by dots, such as `repos.get`. */
  readonly path: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** JSON Schema (2020-12) of an object. Refers to the source's definitions as `#/$defs/Name`. */
  readonly inputSchema: JsonObject;
  /** JSON Schema of the result's data, where the source describes it. Refers as `inputSchema` does. */
  readonly outputSchema: JsonObject | null;
  /** What the plugin needs to make the call; nobody else reads it. */
  readonly binding: Json;
}

/** What a plugin reads out of a source's description. */
export interface LoadedSource {
  /** The description's own title. */
  readonly name: string;
  /** Where calls go. */
  readonly url: string;
  readonly tools: ReadonlyArray<ToolDefinition>;
  /** JSON Schemas that tools and each other refer to as `#/$defs/Name`, each stored once and never inlined. */
  readonly definitions: ReadonlyMap<string, JsonObject>;
}

export interface DetectedSource {
  readonly name: string;
  /** A namespace to offer, from the description's title. */
  readonly namespace: string;
}

/** One call of a tool, its input already checked against the tool's schema. */
export interface ToolCall {
  readonly namespace: Namespace;
  /** Where calls go, from {@link LoadedSource.url}. */
  readonly url: string;
  readonly settings: ResolvedSettings;
  /** The tool's address, for messages. */
  readonly address: string;
  readonly binding: Json;
  readonly input: JsonObject;
}

export interface ToolResult {
  readonly data: Json;
  /** Bytes of the upstream's reply. */
  readonly size: number;
}

/** A kind of source. One package implements it; each app lists it in its `plugins.ts`. */
export interface SourcePlugin {
  readonly kind: SourceKind;
  /** Whether these settings lead to a description of this kind; one of another kind is `none`. */
  readonly detect: (
    settings: ResolvedSettings,
  ) => Effect.Effect<Option.Option<DetectedSource>, SourceLoadError>;
  /** Fetches or takes the description and reads every tool out of it. */
  readonly load: (settings: ResolvedSettings) => Effect.Effect<LoadedSource, SourceLoadError>;
  /**
   * Makes one call, once. It may ask the person behind it through the `Elicitor`, and tell how far it is through the
   * `ProgressListener`.
   */
  readonly invoke: (call: ToolCall) => Effect.Effect<ToolResult, ToolCallError>;
  /** Emits whenever an open connection tells that the source's tools changed. Opens no connection itself. */
  readonly changes?: (settings: ResolvedSettings) => Stream.Stream<void>;
  /** Closes what is kept open for these settings: the source is gone, or is reached otherwise. */
  readonly release?: (settings: ResolvedSettings) => Effect.Effect<void>;
}

/** The kinds of source that an app offers. */
export class SourcePlugins extends Context.Tag("@executor/sdk/SourcePlugins")<
  SourcePlugins,
  ReadonlyMap<SourceKind, SourcePlugin>
>() {}
