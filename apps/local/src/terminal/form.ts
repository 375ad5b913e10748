import { Prompt } from "@effect/cli";
import { type Json, type JsonObject, parseJson } from "@executor/sdk/schemas";
import { Effect, Either } from "effect";
import { asArray, asObject, asText } from "./json-schema.ts";
import { oneLine } from "./printable.ts";

/** A field of a form (MCP 2025-11-25, "Elicitation"): text, a number, yes or no, or a choice of one or several values. */
interface Field {
  readonly name: string;
  readonly label: string;
  readonly schema: JsonObject;
  readonly required: boolean;
}

/** Asks for each property of a flat JSON Schema. The result omits optional properties that were left empty. */
export const askForm = Effect.fn("askForm")(function* (requestedSchema: JsonObject) {
  const answers: Record<string, Json> = {};
  for (const field of fieldsOf(requestedSchema)) {
    const answer = yield* prompt(field);
    if (answer !== undefined) answers[field.name] = answer;
  }
  return answers;
});

const fieldsOf = (requestedSchema: JsonObject): ReadonlyArray<Field> => {
  const required = asArray(requestedSchema["required"]);
  return Object.entries(asObject(requestedSchema["properties"])).map(([name, value]) => {
    const schema = asObject(value);
    const title = asText(schema["title"]) ?? name;
    const description = asText(schema["description"]);
    const isRequired = required.includes(name);
    const label = description === undefined ? title : `${title} (${description})`;
    return {
      name,
      label: oneLine(isRequired ? label : `${label}, optional`),
      schema,
      required: isRequired,
    };
  });
};

const prompt = (field: Field): Prompt.Prompt<Json | undefined> => {
  const { label, schema, required } = field;
  const choices = choicesOf(schema, [schema["default"]]);
  if (choices.length > 0) {
    const hasDefault = choices.some(({ selected }) => selected);
    const none = required ? [] : [{ title: "(none)", value: undefined, selected: !hasDefault }];
    return Prompt.select<Json | undefined>({ message: label, choices: [...choices, ...none] });
  }
  switch (schema["type"]) {
    case "boolean":
      return Prompt.toggle({
        message: label,
        initial: schema["default"] === true,
        active: "yes",
        inactive: "no",
      });
    case "array":
      return severalPrompt(field);
    case "integer":
      return textPrompt(field, readInteger);
    case "number":
      return textPrompt(field, readNumber);
    case "string":
      return textPrompt(field, Either.right);
    default:
      return textPrompt(field, readJson);
  }
};

const severalPrompt = (field: Field): Prompt.Prompt<Json | undefined> => {
  const { label, schema, required } = field;
  const choices = choicesOf(asObject(schema["items"]), asArray(schema["default"]));
  if (choices.length === 0) return textPrompt(field, readJson);
  const { minItems, maxItems } = schema;
  return Prompt.multiSelect({
    message: label,
    choices,
    ...(required && typeof minItems === "number" ? { min: minItems } : {}),
    ...(typeof maxItems === "number" ? { max: maxItems } : {}),
  }).pipe(Prompt.map((chosen) => (chosen.length === 0 && !required ? undefined : chosen)));
};

/** A typed text as an answer, or a sentence about a text that holds none. */
type Reading = Either.Either<Json | undefined, string>;

const textPrompt = ({ label, schema, required }: Field, read: (text: string) => Reading) => {
  const fallback = schema["default"];
  const reading = (text: string): Reading => {
    if (text !== "") return read(text);
    return required ? Either.left("An answer is needed.") : Either.right(undefined);
  };
  return Prompt.text({
    message: label,
    ...(fallback === undefined
      ? {}
      : { default: typeof fallback === "string" ? fallback : JSON.stringify(fallback) }),
    validate: (text) => Effect.as(reading(text), text),
  }).pipe(Prompt.map((text) => Either.getOrUndefined(reading(text))));
};

const numberReader =
  (accepts: (value: number) => boolean, problem: string) =>
  (text: string): Reading => {
    const value = Number(text);
    return text.trim() !== "" && accepts(value) ? Either.right(value) : Either.left(problem);
  };

const readNumber = numberReader(Number.isFinite, "A number is needed.");
const readInteger = numberReader(Number.isSafeInteger, "A whole number is needed.");

const readJson = (text: string): Reading =>
  Either.try({
    try: () => parseJson(text),
    catch: () => 'JSON is needed, such as "text" or ["a", "b"].',
  });

/** The values of `enum`, titled by `enumNames`, and the constants of `oneOf` and `anyOf` with their titles. */
const choicesOf = (schema: JsonObject, defaults: ReadonlyArray<Json | undefined>) => {
  const names = asArray(schema["enumNames"]);
  const choice = (value: Json, title: Json | undefined) => ({
    title: oneLine(asText(title) ?? asText(value) ?? JSON.stringify(value)),
    value,
    selected: defaults.includes(value),
  });
  const constants = [...asArray(schema["oneOf"]), ...asArray(schema["anyOf"])].flatMap((option) => {
    const { const: value, title } = asObject(option);
    return value === undefined ? [] : [choice(value, title)];
  });
  const values = asArray(schema["enum"]).map((value, index) => choice(value, names[index]));
  return [...values, ...constants];
};
