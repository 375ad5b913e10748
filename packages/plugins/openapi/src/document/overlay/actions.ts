import { InvalidSourceDocument, type Json, type JsonObject } from "@executor/sdk";
import { childrenOf, isArray, isObject, member } from "@executor/plugin-kit";
import { Either } from "effect";
import { readTarget, type Target } from "./targets.ts";

/** One change of an overlay. A `remove` wins over the others, as the specification says. */
export interface Action {
  /** Its place in the overlay, from 1, and its target: for messages. */
  readonly title: string;
  readonly target: Target;
  readonly remove: boolean;
  readonly update: Json | undefined;
  /** Selects the one value that is merged instead of `update`; of Overlay 1.1. */
  readonly copy: Target | undefined;
}

export interface Overlay {
  readonly extends: string | undefined;
  readonly actions: ReadonlyArray<Action>;
}

/** Levels of nesting, as in a description. */
const maxDepth = 500;

/**
 * Reads an Overlay document of version 1.0 or 1.1. Whatever it has that cannot be applied refuses the whole: a description that
 * is mended by halves may have the tools that an operator meant to remove.
 */
export const readOverlay = (root: Json): Either.Either<Overlay, InvalidSourceDocument> =>
  Either.gen(function* () {
    if (!isObject(root) || isDeep(root, maxDepth)) {
      return yield* refused("it is not an object, or is nested more than 500 levels deep");
    }
    const version = member(root, "overlay");
    if (typeof version !== "string" || !/^1\.[01](\.\d+)?$/.test(version)) {
      return yield* refused(
        `its version \`overlay\` is ${version === undefined ? "missing" : JSON.stringify(version)}, where "1.0.0" or "1.1.0" belongs`,
      );
    }
    yield* onlyMembers(root, ["overlay", "info", "extends", "actions"], "");
    const base = member(root, "extends");
    if (base !== undefined && typeof base !== "string") {
      return yield* refused("`extends` is not a string");
    }
    const actions = member(root, "actions");
    if (!isArray(actions) || actions.length === 0) {
      return yield* refused("`actions` is not a list with at least one action");
    }
    const read: Array<Action> = [];
    for (const [index, action] of actions.entries()) read.push(yield* readAction(action, index));
    return { extends: base, actions: read };
  });

const readAction = (action: Json, index: number): Either.Either<Action, InvalidSourceDocument> =>
  Either.gen(function* () {
    const place = `/actions/${index}`;
    if (!isObject(action)) return yield* refused(`${place} is not an object`);
    yield* onlyMembers(action, ["target", "description", "update", "copy", "remove"], place);
    const { copy, remove = false, target, update } = action;
    if (typeof remove !== "boolean") return yield* refused(`${place}/remove is not true or false`);
    if (!remove && update === undefined && copy === undefined) {
      return yield* refused(`${place} has none of \`update\`, \`copy\` and \`remove: true\``);
    }
    if (update !== undefined && copy !== undefined) {
      return yield* refused(`${place} has both \`update\` and \`copy\`, which exclude each other`);
    }
    return {
      title: `Action ${index + 1} of the overlay (${JSON.stringify(target)})`,
      target: yield* targetAt(target, `${place}/target`),
      remove,
      update,
      copy: copy === undefined ? undefined : yield* targetAt(copy, `${place}/copy`),
    };
  });

const targetAt = (expression: Json | undefined, place: string) =>
  Either.mapLeft(
    typeof expression === "string" ? readTarget(expression) : Either.left("it is not a string"),
    (reason) => invalid(`${place} cannot be used: ${reason}`),
  );

/** A misspelt member would be an action that does something else. */
const onlyMembers = (value: JsonObject, known: ReadonlyArray<string>, place: string) => {
  const other = Object.keys(value).find((key) => !known.includes(key) && !key.startsWith("x-"));
  return other === undefined
    ? Either.void
    : refused(`${place}/${other} is not a member that an overlay has there`);
};

const isDeep = (value: Json, levels: number): boolean => {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  for (const item of childrenOf(value)) if (isDeep(item, levels - 1)) return true;
  return false;
};

const invalid = (problem: string): InvalidSourceDocument =>
  new InvalidSourceDocument({ message: `The overlay is not usable: ${problem}. Correct it.` });

const refused = (problem: string) => Either.left(invalid(problem));
