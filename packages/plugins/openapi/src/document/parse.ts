import {
  CredentialGuard,
  InvalidSourceDocument,
  type Json,
  readDeepJson,
  type Redactor,
} from "@executor/sdk";
import { jsonText, readJsonInSteps, runSteps } from "@executor/plugin-kit";
import { Effect, Either } from "effect";
import { CORE_SCHEMA, load, mergeTag, YAMLException } from "js-yaml";
import { tellRepeatedNames } from "./repeated-names.ts";
import { exactIntTag } from "./yaml-integers.ts";
import { readTree } from "./yaml-tree.ts";

/** YAML 1.2 with the merge key `<<`, which most descriptions that have it expect. */
const yamlSchema = CORE_SCHEMA.withTags(exactIntTag, mergeTag);

/**
 * Reads JSON or YAML text in UTF-8, and takes the source's credentials out of what it gives and says. `tell` gets the places of names that an
 * object of JSON has more than once; YAML with such names is refused.
 */
export const readDocument = (
  given: Uint8Array,
  tell?: (place: string) => void,
): Effect.Effect<Json, InvalidSourceDocument> =>
  Effect.flatMap(CredentialGuard, ({ redactor }) => {
    const source = withoutMark(given);
    const start = startOf(source);
    if (start === "") return invalid("The description is empty. Give an OpenAPI document.");
    if (start.startsWith("<")) {
      return invalid(
        "The description is HTML or XML. Give the URL of the OpenAPI document itself, in JSON or YAML, and not of a page about it.",
      );
    }
    return start.startsWith("{") || start.startsWith("[")
      ? Effect.catchAll(parseJson(source, redactor, tell), (error) =>
          // Flow style in YAML starts with the same brackets.
          Effect.mapError(parseYaml(source, redactor), () => error),
        )
      : parseYaml(source, redactor);
  });

/** Without a byte order mark. */
const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** The first characters that are not white space. */
const startOf = (source: Uint8Array): string => {
  const at = jsonText.skipSpace(source, 0);
  return new TextDecoder()
    .decode(source.subarray(at, at + 400))
    .trimStart()
    .slice(0, 100);
};

const parseJson = (
  source: Uint8Array,
  redactor: Redactor,
  tell: ((place: string) => void) | undefined,
): Effect.Effect<Json, InvalidSourceDocument> =>
  runSteps(readJsonInSteps(source, (piece) => Either.map(readDeepJson(piece), redactor.json))).pipe(
    Effect.flatten,
    Effect.mapError(
      (reason) =>
        new InvalidSourceDocument({
          message: `The description is not JSON: ${firstLine(reason, redactor)}. Correct it, or give it as YAML.`,
        }),
    ),
    Effect.tap((value) =>
      tell === undefined
        ? Effect.void
        : Effect.orDie(
            runSteps(tellRepeatedNames(source, value, (place) => tell(redactor.text(place)))),
          ),
    ),
  );

const parseYaml = (
  source: Uint8Array,
  redactor: Redactor,
): Effect.Effect<Json, InvalidSourceDocument> =>
  Effect.try({
    try: () => load(new TextDecoder().decode(source), { schema: yamlSchema }),
    catch: (error) => new InvalidSourceDocument({ message: yamlProblem(error, redactor) }),
  }).pipe(
    Effect.flatMap((value) => Effect.orDie(runSteps(readTree(value)))),
    Effect.flatMap(Either.mapLeft((message) => new InvalidSourceDocument({ message }))),
    Effect.map(redactor.json),
  );

const yamlProblem = (error: unknown, redactor: Redactor): string => {
  if (error instanceof YAMLException && /single document/i.test(error.message)) {
    return "The description has more than one YAML document (`---`). Give a single one.";
  }
  return `The description is neither JSON nor YAML: ${firstLine(error, redactor)}. Give an OpenAPI document.`;
};

/** Redacted before it is cut: a part of a credential is not recognized. */
const firstLine = (error: unknown, redactor: Redactor): string =>
  redactor
    .text(error instanceof Error ? error.message : String(error))
    .split("\n", 1)[0]
    ?.slice(0, 200) ?? "";

const invalid = (message: string): Effect.Effect<never, InvalidSourceDocument> =>
  Effect.fail(new InvalidSourceDocument({ message }));
