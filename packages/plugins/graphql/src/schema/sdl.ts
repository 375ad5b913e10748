import type { Steps } from "@executor/plugin-kit";
import {
  buildASTSchema,
  GraphQLError,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  parse,
  print,
  visit,
} from "graphql";
import type {
  ArgumentNode,
  ASTNode,
  DirectiveNode,
  DefinitionNode,
  TypeDefinitionNode,
  TypeExtensionNode,
} from "graphql";
import type { BuiltSchema } from "./built-schema.ts";
import { literalValue } from "./literal.ts";

/**
 * Builds a schema from GraphQL's schema definition language. It accepts more than graphql-js, because servers publish schemas
 * that are not valid: extensions of types that are not defined, types that are defined twice, and directives with any arguments.
 * Throws an error that names the problem.
 */
export function* readSdl(text: string): Steps<BuiltSchema> {
  const document = parseSdl(text);
  yield;
  const defined = new Set(document.definitions.filter(isTypeDefinitionNode).map(nameOf));
  const seen = new Set<string>();
  const normalise = (node: ASTNode): unknown => {
    if (node.kind === Kind.DIRECTIVE) return directive(node);
    if (isTypeDefinitionNode(node)) {
      if (seen.has(nameOf(node)))
        return { ...node, kind: node.kind.replace(/Definition$/, "Extension") };
      seen.add(nameOf(node));
    } else if (isTypeExtensionNode(node) && !defined.has(nameOf(node))) {
      defined.add(nameOf(node));
      return { ...node, kind: node.kind.replace(/Extension$/, "Definition") };
    }
    return undefined;
  };
  const definitions: Array<DefinitionNode> = [];
  const extensions = new Map<string, Array<TypeExtensionNode>>();
  for (const definition of document.definitions) {
    if (
      definition.kind === Kind.OPERATION_DEFINITION ||
      definition.kind === Kind.FRAGMENT_DEFINITION
    ) {
      throw new Error("it holds an operation where a schema holds types");
    }
    if (definition.kind !== Kind.DIRECTIVE_DEFINITION) {
      const node: DefinitionNode = visit(definition, { enter: normalise });
      if (isTypeExtensionNode(node)) {
        const key = `${node.kind} ${nameOf(node)}`;
        const others = extensions.get(key);
        if (others === undefined) extensions.set(key, [node]);
        else others.push(node);
      } else definitions.push(node);
    }
    yield;
  }
  for (const all of extensions.values()) {
    for (const first of all.slice(0, 1)) definitions.push(together(first, all));
  }
  return {
    schema: buildASTSchema(
      { ...document, definitions },
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

const nameOf = ({ name }: TypeDefinitionNode | TypeExtensionNode): string => name.value;

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

/** Only the directives that tools show, without arguments that graphql-js would refuse. `null` removes the node. */
const directive = (node: DirectiveNode): DirectiveNode | null => {
  const isShown = node.name.value === "deprecated" || node.name.value === "oneOf";
  const isAccepted = ({ name, value }: ArgumentNode): boolean =>
    name.value === "reason" && value.kind === Kind.STRING;
  return isShown ? { ...node, arguments: (node.arguments ?? []).filter(isAccepted) } : null;
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
