import { Effect } from "effect";
import { usageError } from "../../terminal/command-error.ts";

/** The value of a header or an environment variable as the daemon receives it: text, or a reference to a secret. */
type Credential = string | { readonly secret: string; readonly prefix?: string };

/** A name with its value, or a sentence about a text that holds none. */
type ReadCredential =
  | { readonly name: string; readonly value: Credential }
  | { readonly problem: string };

/** The field of a source's settings that holds these credentials; without credentials, no field. */
export const readCredentials = (
  field: "headers" | "env",
  given: ReadonlyArray<string>,
  read: (text: string) => ReadCredential,
) =>
  Effect.gen(function* () {
    const credentials: Record<string, Credential> = {};
    for (const text of given) {
      const result = read(text);
      if ("problem" in result) return yield* usageError(result.problem);
      credentials[result.name] = result.value;
    }
    return given.length === 0 ? {} : { [field]: credentials };
  });

/** Reads what a pattern of two groups finds: the name and the value. */
const reader =
  (pattern: RegExp, problem: (shown: string) => string) =>
  (text: string): ReadCredential => {
    const [, name, value = ""] = pattern.exec(text) ?? [];
    return name === undefined
      ? { problem: problem(JSON.stringify(text)) }
      : { name, value: readValue(value) };
  };

/** `Name: value`, as HTTP writes headers. */
export const readHeader = reader(
  /^([^:\s]+):\s*(.*)$/s,
  (shown) => `A header is given as 'Name: value', and ${shown} is not.`,
);

/** `NAME=value`, as shells write variables. */
export const readVariable = reader(
  /^([A-Za-z_]\w*)=(.*)$/s,
  (shown) => `A variable is given as NAME=value, and ${shown} is not.`,
);

/** `secret:NAME` refers to the secret of that name, alone or after one word: `Bearer secret:NAME`. */
const reference = /^(\S+\s+)?secret:(\S+)$/;

const readValue = (text: string): Credential => {
  const match = reference.exec(text);
  if (match === null) return text;
  const [, prefix, secret = ""] = match;
  return prefix === undefined ? { secret } : { secret, prefix };
};
