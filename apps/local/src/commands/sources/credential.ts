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

/** `Name: value`, as HTTP writes headers. */
export const readHeader = (text: string): ReadCredential => {
  const match = /^([^:\s]+):\s*(.*)$/s.exec(text);
  return match === null
    ? { problem: `A header is given as 'Name: value', and ${JSON.stringify(text)} is not.` }
    : { name: match[1] ?? "", value: readValue(match[2] ?? "") };
};

/** `NAME=value`, as shells write variables. */
export const readVariable = (text: string): ReadCredential => {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
  return match === null
    ? { problem: `A variable is given as NAME=value, and ${JSON.stringify(text)} is not.` }
    : { name: match[1] ?? "", value: readValue(match[2] ?? "") };
};

/** `secret:NAME` refers to the secret of that name, alone or after one word: `Bearer secret:NAME`. */
const reference = /^(\S+\s+)?secret:(\S+)$/;

const readValue = (text: string): Credential => {
  const match = reference.exec(text);
  if (match === null) return text;
  const [, prefix, secret = ""] = match;
  return prefix === undefined ? { secret } : { secret, prefix };
};
