import { Context, type Effect, type Option, type Stream } from "effect";
import type { IntegerPlaces } from "./exact-integers.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Namespace, ResolvedSettings, SourceKind, SourceLoadError } from "./source.ts";
import type { SourceWarning } from "./description.ts";
import type { OfferingAccess } from "./offerings.ts";
import type { ToolAnnotations, ToolCallError } from "./tool.ts";

/** A tool as a plugin describes it. */
export interface ToolDefinition {
  /** The address without its namespace: identifiers joined by dots, such as `repos.get`. */
  readonly path: string;
  readonly description: string;
  readonly annotations: ToolAnnotations;
  /** JSON Schema (2020-12) of an object. Refers to the source's definitions as `#/$defs/Name`. */
  readonly inputSchema: JsonObject;
  /** JSON Schema of the result's data, where the source describes it. Refers as `inputSchema` does. */
  readonly outputSchema: JsonObject | null;
  /** Data that the plugin needs for the call; only the plugin reads it. */
  readonly binding: Json;
}

/** Contents of a source's description. */
export interface LoadedSource {
  /** The description's own title. */
  readonly name: string;
  /** How the source wants to be used, for agents; absent where it does not say. A stranger's text of at most 8,000 characters. */
  readonly instructions?: string;
  /** URL that calls are sent to. */
  readonly url: string;
  readonly tools: ReadonlyArray<ToolDefinition>;
  /** JSON Schemas that tools and other definitions refer to as `#/$defs/Name`. Each is stored once and never inlined. */
  readonly definitions: ReadonlyMap<string, JsonObject>;
  /** Everything in the description that is not used as it is written. */
  readonly warnings: ReadonlyArray<SourceWarning>;
}

export interface DetectedSource {
  readonly name: string;
  /** Suggested namespace, from the description's title. */
  readonly namespace: string;
}

/** A call of a tool. Its input is an object that is already checked, unless the operator has switched the check off. */
export interface ToolCall {
  readonly namespace: Namespace;
  /** URL that calls are sent to: {@link LoadedSource.url}. */
  readonly url: string;
  readonly settings: ResolvedSettings;
  /** Address of the tool, for messages. */
  readonly address: string;
  readonly binding: Json;
  /** JSON Schema of the input, with the definitions that it refers to under its `$defs`. */
  readonly inputSchema: JsonObject;
  readonly input: JsonObject;
  /** Places in the input at which text in digits means an integer: JSON that is sent holds it as one. */
  readonly integers?: IntegerPlaces | undefined;
  /** Whether the caller wants {@link ToolResult.response}. */
  readonly wantsResponse: boolean;
}

export interface ToolResult {
  readonly data: Json;
  /** Content blocks of MCP that belong to the data and say more than it. */
  readonly content?: ReadonlyArray<JsonObject>;
  /** Size of the upstream's reply in bytes. */
  readonly size: number;
  /** Given where the call wants it and the tool's protocol answers over HTTP. */
  readonly response?: ToolResponse;
}

/** HTTP response from which a call's data came. */
export interface ToolResponse {
  readonly status: number;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** URL of the first link of each relation (RFC 8288), whole, by the relation's name. */
  readonly links: Readonly<Record<string, string>>;
  /** Input of the call that gives the next page; `null` where no link says so, or no input of the same tool leads there. */
  readonly next: JsonObject | null;
  /** Present where headers had to be left out or cut. */
  readonly truncated?: ReadonlyArray<"headers">;
}

/** Options of a call, beside its input. */
export interface ToolCallOptions {
  /** Whether the result has its {@link ToolResponse}. */
  readonly response?: boolean | undefined;
}

/** How an input may differ from its schema and is sent all the same. */
export interface Leniency {
  /** Properties whose misfits are told only when the upstream refuses the call. Names that their schemas exclude are refused. */
  readonly advised: ReadonlyArray<string>;
  /** Whether `null` means that a property is absent that is not required. */
  readonly nullIsAbsent: boolean;
}

/** Plugin of one kind of source. A package implements it; each app lists it in its `plugins.ts`. */
export interface SourcePlugin {
  readonly kind: SourceKind;
  /** Finds out whether these settings lead to a description of this kind; `none` for one of another kind. */
  readonly detect: (
    settings: ResolvedSettings,
  ) => Effect.Effect<Option.Option<DetectedSource>, SourceLoadError>;
  /** Reads all tools from the description, which it fetches unless the settings hold it. */
  readonly load: (settings: ResolvedSettings) => Effect.Effect<LoadedSource, SourceLoadError>;
  /** How strictly a tool's input is checked. Without it, exactly as its schema says. */
  readonly leniency?: (binding: Json) => Leniency;
  /**
   * Whether calls may ask a person through the `Elicitor`. The time that people take is then left out of a call's duration, which
   * calls of other plugins are spared the cost of.
   */
  readonly asks?: boolean;
  /** Makes a call, once. It may report progress to the `ProgressListener`, and where the plugin {@link SourcePlugin.asks}, ask a person. */
  readonly invoke: (call: ToolCall) => Effect.Effect<ToolResult, ToolCallError>;
  /** Resources and prompts, where the kind of source may have some. */
  readonly offerings?: OfferingAccess;
  /** Emits whenever an open connection reports that the source's tools changed. Opens no connection itself. */
  readonly changes?: (settings: ResolvedSettings) => Stream.Stream<void>;
  /** Closes what is kept open for these settings: the source was removed, or its settings changed. */
  readonly release?: (settings: ResolvedSettings) => Effect.Effect<void>;
}

/** Plugins of the kinds of source that an app offers. */
export class SourcePlugins extends Context.Tag("@executor/sdk/SourcePlugins")<
  SourcePlugins,
  ReadonlyMap<SourceKind, SourcePlugin>
>() {}
