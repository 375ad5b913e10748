import { CredentialGuard, InvalidSourceDocument, type Json, type Redactor } from "@executor/sdk";
import { readJson, readJsonInSteps, runSteps } from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import { CORE_SCHEMA, load, mergeTag, YAMLException } from "js-yaml";
import { exactIntTag } from "./yaml-integers.ts";

/** YAML 1.2 with the merge key `<<`, which most descriptions that have it expect. */
const yamlSchema = CORE_SCHEMA.withTags(exactIntTag, mergeTag);

const maxDepth = 500;
const maxNodes = 5_000_000;

/** Reads JSON or YAML text, and takes the source's credentials out of what it gives and says. */
export const readDocument = (source: string): Effect.Effect<Json, InvalidSourceDocument> =>
  Effect.flatMap(CredentialGuard, ({ redactor }) => {
    const start = source.trimStart().slice(0, 200);
    if (start === "") return invalid("The description is empty. Give an OpenAPI document.");
    if (start.startsWith("<")) {
      return invalid(
        "The description is HTML or XML. Give the URL of the OpenAPI document itself, in JSON or YAML, and not of a page about it.",
      );
    }
    return start.startsWith("{") || start.startsWith("[")
      ? Effect.catchAll(parseJson(source, redactor), (error) =>
          // Flow style in YAML starts with the same brackets.
          Effect.mapError(parseYaml(source, redactor), () => error),
        )
      : parseYaml(source, redactor);
  });

const parseJson = (
  source: string,
  redactor: Redactor,
): Effect.Effect<Json, InvalidSourceDocument> =>
  runSteps(readJsonInSteps(source, (piece) => Either.map(readJson(piece), redactor.json))).pipe(
    Effect.flatten,
    Effect.mapError(
      (reason) =>
        new InvalidSourceDocument({
          message: `The description is not JSON: ${firstLine(reason, redactor)}. Correct it, or give it as YAML.`,
        }),
    ),
  );

const parseYaml = (
  source: string,
  redactor: Redactor,
): Effect.Effect<Json, InvalidSourceDocument> =>
  Effect.try({
    try: () => load(source, { schema: yamlSchema }),
    catch: (error) => new InvalidSourceDocument({ message: yamlProblem(error, redactor) }),
  }).pipe(
    Effect.filterOrFail(
      (value) => !holdsInfinity(value),
      () =>
        new InvalidSourceDocument({
          message:
            "The description's YAML has a number that JSON has not: `.inf`, `.nan`, or one that is too large. Write it as text, or leave it out.",
        }),
    ),
    Effect.filterOrFail(
      (value): value is Json => isTree(value),
      () =>
        new InvalidSourceDocument({
          message:
            "The description's YAML refers to itself through aliases, or is nested too deeply. Write it without such aliases.",
        }),
    ),
    Effect.map(redactor.json),
  );

const yamlProblem = (error: unknown, redactor: Redactor): string => {
  if (error instanceof YAMLException && /single document/i.test(error.message)) {
    return "The description has more than one YAML document (`---`). Give a single one.";
  }
  return `The description is neither JSON nor YAML: ${firstLine(error, redactor)}. Give an OpenAPI document.`;
};

/** Whether a number in it is infinite or none. Each object is looked at once: aliases may repeat them. */
const holdsInfinity = (root: unknown): boolean => {
  const seen = new Set<object>();
  const open: Array<unknown> = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === "number" && !Number.isFinite(value)) return true;
    if (typeof value !== "object" || value === null || seen.has(value)) continue;
    seen.add(value);
    for (const child of Object.values(value)) open.push(child);
  }
  return false;
};

/**
 * Whether a value is a JSON tree of limited size. YAML's aliases can make cycles, and can expand a small text without bound:
 * a repeated value is measured once and counted each time.
 */
const isTree = (root: unknown): boolean => {
  const sizes = new Map<object, number>();
  const sizeOf = (value: unknown, depth: number): number => {
    if (value === null || typeof value === "string" || typeof value === "boolean") return 1;
    if (typeof value === "number" && Number.isFinite(value)) return 1;
    if (typeof value !== "object" || depth > maxDepth) return Number.POSITIVE_INFINITY;
    const known = sizes.get(value);
    if (known !== undefined) return known;
    // A cycle finds this value: an object inside itself has no end.
    sizes.set(value, Number.POSITIVE_INFINITY);
    let size = 1;
    for (const child of Object.values(value)) size += sizeOf(child, depth + 1);
    sizes.set(value, size);
    return size;
  };
  return sizeOf(root, 0) <= maxNodes;
};

/** Redacted before it is cut: a part of a credential is not recognized. */
const firstLine = (error: unknown, redactor: Redactor): string =>
  redactor
    .text(error instanceof Error ? error.message : String(error))
    .split("\n", 1)[0]
    ?.slice(0, 200) ?? "";

const invalid = (message: string): Effect.Effect<never, InvalidSourceDocument> =>
  Effect.fail(new InvalidSourceDocument({ message }));
