import type { Steps } from "@executor/plugin-kit";
import {
  buildASTSchema,
  GraphQLError,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  parse,
  valueFromASTUntyped,
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
  for (const definition of document.definitions) {
    if (
      definition.kind === Kind.OPERATION_DEFINITION ||
      definition.kind === Kind.FRAGMENT_DEFINITION
    ) {
      throw new Error("it holds an operation where a schema holds types");
    }
    if (definition.kind !== Kind.DIRECTIVE_DEFINITION) {
      definitions.push(visit(definition, { enter: normalise }));
    }
    yield;
  }
  return {
    schema: buildASTSchema(
      { ...document, definitions },
      { assumeValidSDL: true, assumeValid: true },
    ),
    defaultOf: ({ astNode }) => {
      const written = astNode?.defaultValue;
      return written === undefined ? undefined : valueFromASTUntyped(written);
    },
  };
}

const nameOf = ({ name }: TypeDefinitionNode | TypeExtensionNode): string => name.value;

/** Only the directives that tools show, without arguments that graphql-js would refuse. `null` removes the node. */
const directive = (node: DirectiveNode): DirectiveNode | null => {
  const isShown = node.name.value === "deprecated" || node.name.value === "oneOf";
  const isAccepted = ({ name, value }: ArgumentNode): boolean =>
    name.value === "reason" && value.kind === Kind.STRING;
  return isShown ? { ...node, arguments: (node.arguments ?? []).filter(isAccepted) } : null;
};

const parseSdl = (text: string) => {
  try {
    return parse(text, { noLocation: true });
  } catch (error) {
    if (!(error instanceof GraphQLError)) {
      throw new Error("it is nested too deeply", { cause: error });
    }
    const line = error.locations?.[0]?.line ?? 1;
    throw new Error(`${error.message.replace(/\.$/, "")} (line ${line})`, { cause: error });
  }
};
