import { InvalidSourceDocument, type Json, type JsonObject } from "@executor/sdk";
import {
  childrenOf,
  isArray,
  isObject,
  pointer,
  type Steps,
  type Warnings,
} from "@executor/plugin-kit";
import { Either } from "effect";
import type { Action, Overlay } from "./actions.ts";
import { merge } from "./merge.ts";
import { type Keys, select } from "./targets.ts";
import { makeTree } from "./tree.ts";

/** Values that an overlay may touch or add, as many as a description may have. */
const maxValues = 5_000_000;

/**
 * The description with the overlay's actions, each applied to what the one before it left. The given one stays as it is. Warns of
 * an action that finds nothing, and of values that cannot be merged, which stay.
 */
export function* applyOverlay(
  root: JsonObject,
  overlay: Overlay,
  documentUrl: string | undefined,
  warnings: Warnings,
): Steps<Either.Either<JsonObject, InvalidSourceDocument>> {
  warnOfExtends(overlay, documentUrl, warnings);
  const tree = makeTree(root);
  let left = maxValues;
  for (const action of overlay.actions) {
    const places = yield* select(tree.root(), action.target, left);
    if (places === null) return tooMuch(action);
    if (places.length === 0) {
      warnings.warn(
        "overlay_matches_nothing",
        `${action.title} finds nothing in the description. Correct it, or remove it.`,
        null,
      );
    }
    if (action.remove) {
      if (places.some((keys) => keys.length === 0)) {
        return refused(`${action.title} removes the whole description`);
      }
      yield* tree.remove(places);
      left -= places.length;
      continue;
    }
    const update = yield* updateOf(action, tree.root(), warnings);
    if (update === undefined) continue;
    left -= places.length * sizeOf(update);
    if (left < 0) return tooMuch(action);
    for (const keys of places) {
      const conflict = (place: Keys): void => {
        warnings.warn(
          "overlay_conflict",
          `${action.title} gives a value of another type than the description has, which stays. Remove it with an action before, if it is to be replaced.`,
          pointer(...place),
        );
      };
      tree.replace(keys, (target) => merge(target, update, keys, conflict));
      yield;
    }
  }
  const result = tree.root();
  return isObject(result) ? Either.right(result) : refused("it leaves no object");
}

/** What an action merges; `undefined` and a warning where `copy` does not select exactly one value. */
function* updateOf(
  { copy, title, update }: Action,
  root: Json,
  warnings: Warnings,
): Steps<Json | undefined> {
  if (copy === undefined) return update;
  const sources = yield* select(root, copy, 2);
  const [source] = sources ?? [];
  if (source !== undefined && sources?.length === 1) return valueAt(root, source);
  warnings.warn(
    "overlay_matches_nothing",
    `${title} changes nothing, because its \`copy\` selects ${sources?.length === 0 ? "no value" : "several values"} where one belongs.`,
    null,
  );
  return undefined;
}

const valueAt = (root: Json, keys: Keys): Json | undefined => {
  let current: Json | undefined = root;
  for (const key of keys) {
    if (isArray(current)) current = current[Number(key)];
    else current = isObject(current) ? current[key] : undefined;
  }
  return current;
};

const sizeOf = (value: Json): number => {
  let size = 1;
  for (const item of childrenOf(value)) size += sizeOf(item);
  return size;
};

const warnOfExtends = (
  { extends: base }: Overlay,
  documentUrl: string | undefined,
  warnings: Warnings,
): void => {
  if (base === undefined) return;
  const isThis =
    documentUrl !== undefined &&
    URL.parse(base, documentUrl)?.href === URL.parse(documentUrl)?.href;
  if (isThis) return;
  warnings.warn(
    "overlay_extends_another",
    `The overlay says that it belongs to ${base}, which is not known to be this description. It is applied all the same.`,
    null,
  );
};

const tooMuch = ({ title }: Action) =>
  refused(`${title} looks at, or adds, more values than a description may have`);

const refused = (problem: string): Either.Either<never, InvalidSourceDocument> =>
  Either.left(
    new InvalidSourceDocument({
      message: `The overlay cannot be applied: ${problem}. Correct it.`,
    }),
  );
