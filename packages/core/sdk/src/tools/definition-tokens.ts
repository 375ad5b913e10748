import { estimateTokens } from "@executor/telemetry";
import type { JsonObject } from "../model/json.ts";
import { referencedNames } from "./schema-bundle.ts";

/** A tool in the texts in which it is stored. */
export interface DefinitionTexts {
  readonly address: string;
  readonly description: string | null;
  readonly input_schema: string | null;
}

interface CountedDefinition {
  readonly tokens: number;
  readonly references: ReadonlySet<string>;
}

/** What each schema that refers to a definition has in it. */
const reference = '"#/$defs/';

/** Counts the tokens of one source's tools. */
export class DefinitionTokens {
  readonly #definitions: ReadonlyMap<string, JsonObject>;
  readonly #counted = new Map<string, CountedDefinition>();

  constructor(definitions: ReadonlyMap<string, JsonObject>) {
    this.#definitions = definitions;
  }

  /**
   * Estimated tokens of a tool as an MCP server would list it: its name, description and input schema, with the definitions that
   * the schema leads to.
   */
  count(
    { address, description, input_schema: inputText }: DefinitionTexts,
    input: JsonObject,
  ): number {
    const text = `{"name":"${address}","description":${JSON.stringify(description)},"inputSchema":${inputText}}`;
    const tokens = estimateTokens(text);
    return inputText?.includes(reference) === true ? tokens + this.#reached(input) : tokens;
  }

  #reached(schema: JsonObject): number {
    const reached = new Set(referencedNames(schema));
    let tokens = 0;
    // A set is iterated over what is added meanwhile, too.
    for (const name of reached) {
      const definition = this.#definition(name);
      tokens += definition.tokens;
      for (const next of definition.references) reached.add(next);
    }
    return tokens;
  }

  #definition(name: string): CountedDefinition {
    const known = this.#counted.get(name);
    if (known !== undefined) return known;
    const schema = this.#definitions.get(name) ?? {};
    const counted = {
      tokens: estimateTokens(`"${name}":${JSON.stringify(schema)},`),
      references: referencedNames(schema),
    };
    this.#counted.set(name, counted);
    return counted;
  }
}
