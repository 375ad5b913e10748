import { Either } from "effect";
import { shorten } from "../../model/shorten.ts";
import { isJsonObject, type Json, type JsonObject } from "../../model/json.ts";
import type { Tool } from "../../model/tool.ts";
import {
  cutText,
  type Excerpt,
  outline,
  type Page,
  page,
  type ShowReferencesAt,
  stubOf,
} from "./excerpt.ts";
import { lengthOf, maxPlace, nameIn, valueAt } from "./places.ts";
import { quoted, textSize } from "./text-size.ts";

/** Characters of the JSON text of an answer. */
export const maxDescribed = 8_000;

const maxAddress = 500;
const maxDescription = 1_500;
/** Room that input leaves to the result, and that a definition needs to be shown in outline. */
const keptForOutput = 1_200;
const worthADefinition = 400;
/** Characters of an answer's names and punctuation. */
const frame = 150;

const note =
  'A $ref to a place that is not in this answer, a text that ends in …[#/place], and each of `more` are read with tools.describe({ path, at: "#/place", from }).';

/** The part of a tool's description that an agent asks for. */
export interface DescribedPart {
  /** JSON pointer into `{ description, inputSchema, outputSchema, $defs }`. Without it, all that fits. */
  readonly at?: string | undefined;
  /** Index of the first member, item or character. */
  readonly from?: number | undefined;
}

/**
 * A tool in at most 8,000 characters of JSON: whole as `summary`, `inputSchema` and `outputSchema`, or with references in place of
 * what does not fit, which lead to it as `at`. The left side says which part does not exist.
 */
export const describedTool = (
  tool: Tool,
  summary: JsonObject,
  { at = "#", from }: DescribedPart,
): Either.Either<JsonObject, string> => {
  const place = at.startsWith("/") ? `#${at}` : at;
  if (place === "#" || place === "") {
    if (from !== undefined && from > 0) {
      return Either.left(
        "`from` counts in one part of the tool: give `at` with it, as `more` does.",
      );
    }
    const { inputSchema, outputSchema } = tool;
    const all = { ...summary, inputSchema, outputSchema };
    const isShort = textSize(all, maxDescribed, (reference) => reference) <= maxDescribed;
    return Either.right(isShort ? all : new Description(tool).beginning(summary));
  }
  return new Description(tool).part(place, from);
};

/** What one answer shows of a tool. */
class Description {
  readonly #document: JsonObject;
  /** Definitions that the input and the result share, as those of one source do. Otherwise each schema keeps its own. */
  readonly #isShared: boolean;
  readonly #definitions: JsonObject;
  readonly #shownDefinitions = new Map<string, Json>();
  #isWhole = true;

  constructor(readonly tool: Tool) {
    const { address: path, description, inputSchema, outputSchema } = tool;
    const { $defs: own = {}, ...input } = inputSchema;
    const { $defs: others = {}, ...output } = outputSchema ?? {};
    const shared = isJsonObject(own) && isJsonObject(others) ? union(own, others) : undefined;
    this.#definitions = shared ?? {};
    this.#document = {
      path,
      description,
      inputSchema: shared === undefined ? inputSchema : input,
      outputSchema: shared === undefined || outputSchema === null ? outputSchema : output,
      $defs: this.#definitions,
    };
    this.#isShared = shared !== undefined;
  }

  /** References lead from the answer's root, where the schemas have their own. */
  readonly #referencesAt: ShowReferencesAt = (place) => {
    const root = place.startsWith("#/outputSchema") ? "#/outputSchema" : "#/inputSchema";
    return (reference) => {
      if (reference !== "#" && !reference.startsWith("#/")) return reference;
      const isDefinition = reference.startsWith("#/$defs/");
      return isDefinition && this.#isShared ? reference : root + reference.slice(1);
    };
  };

  beginning(summary: JsonObject): JsonObject {
    const { inputSchema = {}, outputSchema = null } = this.#document;
    const head = { ...summary, path: this.#text(this.tool.address, "#/path", maxAddress) };
    const description = this.#text(this.tool.description, "#/description", maxDescription);
    const start = { ...head, description };
    let room = maxDescribed - frame - JSON.stringify({ ...start, note }).length;
    const { size: kept } = this.#outline(outputSchema, "#/outputSchema", keptForOutput);

    const more: Array<Json> = [];
    const input = this.#input(inputSchema, room - kept, more);
    room -= input.size + JSON.stringify(more).length;
    room -= this.#define(input.value, room - kept);
    const result = this.#schema(outputSchema, "#/outputSchema", Math.max(room, kept));
    this.#define(result.value, room - result.size);
    return {
      ...start,
      inputSchema: input.value,
      outputSchema: result.value,
      ...this.#end(more),
    };
  }

  part(place: string, from: number | undefined): Either.Either<JsonObject, string> {
    const value = place.length > maxPlace ? undefined : valueAt(this.#document, place);
    if (value === undefined) return Either.left(noSuchPlace(place));
    const total = lengthOf(value);
    if (from !== undefined && from >= total) {
      return Either.left(`${place} has ${total} parts: give a \`from\` below ${total}.`);
    }
    const start = {
      path: this.#text(this.tool.address, "#/path", maxAddress),
      at: place,
      ...(from === undefined ? {} : { from }),
    };
    const room = maxDescribed - frame - JSON.stringify({ ...start, note, more: [place] }).length;
    const whole = from === undefined ? outline(value, place, room, this.#referencesAt) : undefined;
    const shown: Excerpt & Partial<Page> =
      whole ?? page(value, place, from ?? 0, room, this.#referencesAt);
    if (!shown.isWhole) this.#isWhole = false;
    const { next } = shown;
    const [, segment] = definitionPlace.exec(place) ?? [];
    const known = segment === undefined ? undefined : nameIn(this.#definitions, segment);
    this.#define(shown.value, room - shown.size, known);
    const more = next === undefined ? [] : [{ at: place, from: next, of: total }];
    return Either.right({ ...start, value: shown.value, ...this.#end(more) });
  }

  /** The input in outline. Where not even the names of its properties fit, the first of them. */
  #input(schema: Json, room: number, more: Array<Json>): Excerpt {
    const place = "#/inputSchema";
    const input = this.#schema(schema, place, room);
    const properties = isJsonObject(schema) ? schema["properties"] : undefined;
    if (!isJsonObject(input.value) || !isJsonObject(properties)) return input;
    const at = `${place}/properties`;
    const shown = input.value["properties"];
    if (!isJsonObject(shown) || shown["$ref"] !== at) return input;
    const spare = room - input.size - frame;
    if (spare < worthADefinition) return input;
    const first = page(properties, at, 0, spare, this.#referencesAt);
    if (first.next !== undefined) more.push({ at, from: first.next, of: lengthOf(properties) });
    const value = { ...input.value, properties: first.value };
    return { value, size: JSON.stringify(value).length, isWhole: false };
  }

  #outline(schema: Json, place: string, room: number): Excerpt {
    return outline(schema, place, room, this.#referencesAt) ?? stubOf(schema, place);
  }

  #schema(schema: Json, place: string, room: number): Excerpt {
    const shown = this.#outline(schema, place, room);
    if (!shown.isWhole) this.#isWhole = false;
    return shown;
  }

  #text(text: string, place: string, room: number): Json {
    if (quotedWithin(text, room)) return text;
    this.#isWhole = false;
    return cutText(text, place, room).value;
  }

  /** Adds the definitions that a shown value refers to, the nearest first, while there is room. Gives the room they take. */
  #define(value: Json, room: number, known?: string): number {
    let taken = 0;
    const open = [value];
    for (const next of open) {
      for (const reference of references(next)) {
        const [, segment] = definitionPlace.exec(reference) ?? [];
        const name = segment === undefined ? undefined : nameIn(this.#definitions, segment);
        if (name !== undefined && (name === known || this.#shownDefinitions.has(name))) continue;
        const left = name === undefined ? 0 : room - taken - quoted(name) - 2;
        const shown =
          name === undefined || left < worthADefinition
            ? undefined
            : outline(this.#definitions[name] ?? null, reference, left, this.#referencesAt);
        if (shown?.isWhole !== true) this.#isWhole = false;
        if (name === undefined || shown === undefined) continue;
        this.#shownDefinitions.set(name, shown.value);
        taken += shown.size + quoted(name) + 2;
        open.push(shown.value);
      }
    }
    return taken;
  }

  #end(more: ReadonlyArray<Json>): JsonObject {
    const $defs = Object.fromEntries(this.#shownDefinitions);
    return {
      ...(this.#shownDefinitions.size > 0 ? { $defs } : {}),
      ...(more.length > 0 ? { more } : {}),
      ...(this.#isWhole && more.length === 0 ? {} : { note }),
    };
  }
}

/** Both sets of definitions, if no name means different ones. */
const union = (own: JsonObject, others: JsonObject): JsonObject | undefined =>
  Object.keys(others).every((name) => !Object.hasOwn(own, name) || own[name] === others[name])
    ? { ...others, ...own }
    : undefined;

const definitionPlace = /^#\/\$defs\/([^/]+)$/;

/** The references in what is shown of a schema, those near its root first. */
function* references(value: Json): Generator<string> {
  const open = [value];
  for (const next of open) {
    if (typeof next !== "object" || next === null) continue;
    const reference = isJsonObject(next) ? next["$ref"] : undefined;
    if (typeof reference === "string") yield reference;
    for (const child of Object.values<Json>(next)) open.push(child);
  }
}

const quotedWithin = (text: string, room: number): boolean =>
  text.length <= room && quoted(text) <= room;

const noSuchPlace = (place: string): string =>
  `${shorten(place, 200)} is no part of the tool. Give \`at\` as an answer shows it: the value of a $ref, or a place such as #/inputSchema or #/outputSchema.`;
