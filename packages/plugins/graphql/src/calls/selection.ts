import { shorten } from "@executor/plugin-kit";
import { Either } from "effect";
import { GraphQLError, Kind, OperationTypeNode, parse, print, validate, visit } from "graphql";
import type { GraphQLSchema, SelectionSetNode } from "graphql";

const maxCharacters = 10_000;
const maxLexicalTokens = 2_000;
const maxDepth = 12;
const maxFields = 500;
const maxErrors = 5;
const maxMessage = 300;

/**
 * Parses, checks and prints the selection set of a call, so that only a selection can get into the operation. The left side
 * says what is wrong.
 */
export const readSelection = (text: string): Either.Either<string, string> =>
  Either.gen(function* () {
    if (text.length > maxCharacters) {
      return yield* Either.left(
        `It is longer than ${maxCharacters} characters. Select fewer fields.`,
      );
    }
    const set = yield* parseSelection(text);
    const problem = problemOf(set);
    return problem === undefined ? print(set) : yield* Either.left(problem);
  });

const parseSelection = (text: string): Either.Either<SelectionSetNode, string> =>
  Either.try({
    try: () => parse(text, { noLocation: true, maxLexicalTokens }),
    catch: (error) =>
      error instanceof GraphQLError
        ? `${shorten(error.message.replace(/\.$/, ""), maxMessage)}. ${advice}`
        : "It is nested too deeply. Select fewer fields.",
  }).pipe(
    Either.flatMap(({ definitions }) => {
      const [only, ...others] = definitions;
      return only?.kind === Kind.OPERATION_DEFINITION &&
        only.operation === OperationTypeNode.QUERY &&
        only.name === undefined &&
        others.length === 0
        ? Either.right(only.selectionSet)
        : Either.left(`It is not one selection set. ${advice}`);
    }),
  );

const advice = "Write it in braces, such as { id owner { login } }.";

const problemOf = (set: SelectionSetNode): string | undefined => {
  let depth = 0;
  let fields = 0;
  const problems = new Set<string>();
  visit(set, {
    SelectionSet: {
      enter: () => {
        depth += 1;
        if (depth > maxDepth) problems.add(`It is more than ${maxDepth} levels deep.`);
      },
      leave: () => {
        depth -= 1;
      },
    },
    Field: () => {
      fields += 1;
      if (fields > maxFields) problems.add(`It has more than ${maxFields} fields.`);
    },
    Variable: () => {
      problems.add("It uses a variable. Write the value itself.");
    },
    FragmentSpread: () => {
      problems.add("It names a fragment. Write the fragment itself: ... on Type { id }.");
    },
    Directive: () => {
      problems.add("It has a directive. Leave directives out.");
    },
  });
  return problems.size === 0 ? undefined : [...problems].join(" ");
};

/** The problems of an operation by its schema; `undefined` for a valid one. */
export const operationProblem = (schema: GraphQLSchema, operation: string): string | undefined => {
  const errors = validate(schema, parse(operation, { noLocation: true }), undefined, { maxErrors });
  return errors.length === 0
    ? undefined
    : errors.map(({ message }) => shorten(message, maxMessage)).join(" ");
};
