import type { Steps } from "@executor/plugin-kit";
import {
  GraphQLError,
  isTypeDefinitionNode,
  isTypeExtensionNode,
  Kind,
  Lexer,
  OperationTypeNode,
  parse,
  Source,
  TokenKind,
} from "graphql";
import type { DefinitionNode, SchemaDefinitionNode, SchemaExtensionNode } from "graphql";
import { describeType } from "./sdl-types.ts";
import type { TypeSystemNode } from "./sdl-types.ts";
import type { SchemaDescription, TypeDescription } from "./type-description.ts";

/**
 * Reads a schema in GraphQL's schema definition language. What extends a type is added to it. It is not validated beyond
 * what is read: schemas that servers publish are not always valid, and their servers answer all the same.
 */
export function* readSdl(text: string): Steps<SchemaDescription> {
  const types = new Map<string, [TypeSystemNode, ...Array<TypeSystemNode>]>();
  const schemas: Array<SchemaDefinitionNode | SchemaExtensionNode> = [];
  for (const part of parts(text)) {
    for (const node of parsePart(part)) {
      if (isTypeDefinitionNode(node) || isTypeExtensionNode(node)) {
        const known = types.get(node.name.value);
        if (known === undefined) types.set(node.name.value, [node]);
        else known.push(node);
      } else if (node.kind === Kind.SCHEMA_DEFINITION || node.kind === Kind.SCHEMA_EXTENSION) {
        schemas.push(node);
      } else if (node.kind !== Kind.DIRECTIVE_DEFINITION) {
        throw new Error("it holds an operation where a schema holds types");
      }
    }
    yield;
  }
  const described: Array<TypeDescription> = [];
  for (const nodes of types.values()) {
    described.push(describeType(nodes));
    yield;
  }
  const root = (operation: OperationTypeNode, usual: string): string | undefined => {
    const named = schemas
      .flatMap((node) => node.operationTypes ?? [])
      .find((type) => type.operation === operation)?.type.name.value;
    const isDefined = schemas.some((node) => node.kind === Kind.SCHEMA_DEFINITION);
    return named ?? (!isDefined && types.has(usual) ? usual : undefined);
  };
  return {
    query: root(OperationTypeNode.QUERY, "Query"),
    mutation: root(OperationTypeNode.MUTATION, "Mutation"),
    types: described,
  };
}

interface Part {
  readonly text: string;
  /** The line of the whole text that the part begins on, from 1. */
  readonly line: number;
}

/** The text in parts that can be parsed by themselves: a definition ends where a brace closes that nothing is around. */
function* parts(text: string): Generator<Part> {
  const lexer = new Lexer(new Source(text));
  let start = 0;
  let line = 1;
  let depth = 0;
  for (let token = advance(lexer); token.kind !== TokenKind.EOF; token = advance(lexer)) {
    if (opening.has(token.kind)) depth += 1;
    if (closing.has(token.kind)) depth -= 1;
    if (depth === 0 && token.kind === TokenKind.BRACE_R) {
      yield { text: text.slice(start, token.end), line };
      start = token.end;
      line = token.line;
    }
  }
  if (lexer.lastToken.end > start) yield { text: text.slice(start), line };
}

const opening: ReadonlySet<string> = new Set([
  TokenKind.BRACE_L,
  TokenKind.PAREN_L,
  TokenKind.BRACKET_L,
]);
const closing: ReadonlySet<string> = new Set([
  TokenKind.BRACE_R,
  TokenKind.PAREN_R,
  TokenKind.BRACKET_R,
]);

const advance = (lexer: Lexer) => {
  try {
    return lexer.advance();
  } catch (error) {
    throw syntaxError(error, 1);
  }
};

const parsePart = ({ line, text }: Part): ReadonlyArray<DefinitionNode> => {
  try {
    return parse(text, { noLocation: true }).definitions;
  } catch (error) {
    throw syntaxError(error, line);
  }
};

const syntaxError = (error: unknown, firstLine: number): Error => {
  if (!(error instanceof GraphQLError)) return new Error("it is nested too deeply");
  const line = firstLine - 1 + (error.locations?.[0]?.line ?? 1);
  return new Error(`${error.message.replace(/\.$/, "")} (line ${line})`);
};
