import type { Steps, Warnings } from "@executor/plugin-kit";
import {
  buildASTSchema,
  GraphQLError,
  isExecutableDefinitionNode,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  parse,
  print,
} from "graphql";
import type { DefinitionNode, TypeExtensionNode } from "graphql";
import type { BuiltSchema } from "./built-schema.ts";
import { literalValue } from "./literal.ts";
import { makeUsedTypes } from "./missing-types.ts";
import { findTwice, nameOf, normaliser, useTypes } from "./sdl-definitions.ts";

/**
 * Builds a schema from GraphQL's schema definition language. It accepts more than graphql-js, because servers publish schemas
 * that are not valid: extensions of types that are not defined, types and fields that are defined twice, scalars that the
 * server's platform provides, and directives with any arguments. Throws an error that names the problem.
 */
export function* readSdl(text: string, warnings: Warnings): Steps<BuiltSchema> {
  const document = parseSdl(text);
  yield;
  const normalise = normaliser(document, warnings);
  const twice = findTwice(warnings);
  const used = makeUsedTypes();
  const definitions: Array<DefinitionNode> = [];
  const extensions = new Map<string, Array<TypeExtensionNode>>();
  for (const definition of document.definitions) {
    if (isExecutableDefinitionNode(definition)) {
      throw new Error("it holds an operation where a schema holds types");
    }
    yield;
    if (definition.kind === Kind.DIRECTIVE_DEFINITION) continue;
    const node = normalise(definition);
    if (node === undefined) continue;
    useTypes(node, used);
    if (isTypeDefinitionNode(node) || isTypeExtensionNode(node)) twice(node);
    if (isTypeExtensionNode(node)) {
      const others = extensions.get(nameOf(node));
      if (others === undefined) extensions.set(nameOf(node), [node]);
      else others.push(node);
    } else definitions.push(node);
  }
  const defined = new Set(definitions.filter(isTypeDefinitionNode).map(nameOf));
  const scalars = used.missing((name) => defined.has(name), warnings).map(scalarDefinition);
  for (const all of extensions.values()) {
    for (const first of all.slice(0, 1)) definitions.push(together(first, all));
  }
  return {
    schema: buildASTSchema(
      { ...document, definitions: [...definitions, ...scalars] },
      { assumeValidSDL: true, assumeValid: true },
    ),
    defaultOf: ({ astNode }) => {
      const written = astNode?.defaultValue;
      return written === undefined
        ? undefined
        : { value: literalValue(written), written: print(written) };
    },
  };
}

const scalarDefinition = (name: string): DefinitionNode => ({
  kind: Kind.SCALAR_TYPE_DEFINITION,
  name: { kind: Kind.NAME, value: name },
});

/** The extension with the lists of all, which graphql-js would copy once more for each of them. */
const together = (
  extension: TypeExtensionNode,
  all: ReadonlyArray<TypeExtensionNode>,
): TypeExtensionNode => {
  const lists: Record<string, Array<unknown>> = {};
  for (const node of all) {
    for (const [name, value] of Object.entries<unknown>({ ...node })) {
      if (Array.isArray(value)) for (const item of value) (lists[name] ??= []).push(item);
    }
  }
  return Object.assign({ ...extension }, lists);
};

/** Tokens of a schema. GitHub's, the largest known, has 61,000. */
const maxTokens = 500_000;

const parseSdl = (text: string) => {
  try {
    return parse(text, { noLocation: true, maxLexicalTokens: maxTokens });
  } catch (error) {
    if (!(error instanceof GraphQLError)) {
      throw new Error("it is nested too deeply", { cause: error });
    }
    if (error.message.includes(`${maxTokens} tokens`)) {
      throw new Error(`it has more than ${maxTokens} tokens`, { cause: error });
    }
    const line = error.locations?.[0]?.line ?? 1;
    throw new Error(`${error.message.replace(/\.$/, "")} (line ${line})`, { cause: error });
  }
};
