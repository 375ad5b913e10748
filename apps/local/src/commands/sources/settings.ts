import { Options } from "@effect/cli";
import { Effect, Option } from "effect";
import { between, optionalText, texts } from "../options.ts";
import { readText } from "../input.ts";

const yesOrNo = (name: string, description: string) =>
  Options.choice(name, ["yes", "no"]).pipe(Options.withDescription(description), Options.optional);

const longestCall = 600;

/** The options of `sources add` and `sources edit` that say what becomes of a description, and how its tools are called. */
export const readingOptions = {
  timeout: Options.float("timeout").pipe(
    between(0.001, longestCall, `A timeout is a number of seconds up to ${longestCall}.`),
    Options.withDescription("Seconds that one call may take"),
    Options.optional,
  ),
  onlyTags: texts(
    "only-tag",
    "Make tools of the operations with this tag alone; * stands for any text",
  ),
  onlyPaths: texts(
    "only-path",
    "Make tools of the operations at this path alone, such as '/repos/*'",
  ),
  onlyOperations: texts("only-operation", "Make a tool of this operation alone, by its id or name"),
  overlay: optionalText("overlay", "A file with an OpenAPI Overlay that mends the description"),
  checkInputs: yesOrNo("check-inputs", "Whether inputs are checked before they are sent"),
  reviewNewWrites: yesOrNo(
    "review-new-writes",
    "Whether tools that write, and that a refresh adds, wait for: executor sources review",
  ),
  traceContext: yesOrNo("trace-context", "Whether the source is told the trace of each call"),
};

interface Given {
  readonly timeout: Option.Option<number>;
  readonly onlyTags: ReadonlyArray<string>;
  readonly onlyPaths: ReadonlyArray<string>;
  readonly onlyOperations: ReadonlyArray<string>;
  readonly overlay: Option.Option<string>;
  readonly checkInputs: Option.Option<string>;
  readonly reviewNewWrites: Option.Option<string>;
  readonly traceContext: Option.Option<string>;
}

/** The fields of settings that were given by {@link readingOptions}. */
export const readingSettings = Effect.fn("readingSettings")(function* (given: Given) {
  const only = {
    ...(given.onlyTags.length === 0 ? {} : { tags: given.onlyTags }),
    ...(given.onlyPaths.length === 0 ? {} : { paths: given.onlyPaths }),
    ...(given.onlyOperations.length === 0 ? {} : { operations: given.onlyOperations }),
  };
  return {
    ...field("timeoutMs", given.timeout, (seconds) => Math.round(seconds * 1_000)),
    ...(Object.keys(only).length === 0 ? {} : { only }),
    ...(Option.isSome(given.overlay) ? { overlay: yield* readText(given.overlay.value) } : {}),
    ...field("checkInputs", given.checkInputs, isYes),
    ...field("reviewNewWrites", given.reviewNewWrites, isYes),
    ...field("traceContext", given.traceContext, isYes),
  };
});

const isYes = (answer: string): boolean => answer === "yes";

/** A field for an option that was given: the daemon tells an absent field from an empty one. */
export const field = <A>(
  name: string,
  value: Option.Option<A>,
  toField: (value: A) => unknown = (same) => same,
): Readonly<Record<string, unknown>> =>
  Option.match(value, { onNone: () => ({}), onSome: (given) => ({ [name]: toField(given) }) });
