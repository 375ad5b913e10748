/** Values of OpenTelemetry's variables, by its "Environment Variable Specification". */

/** Text of an environment variable; `undefined` where it is unset. */
export type Lookup = (variable: string) => string | undefined;

/** Takes one whole sentence about a variable that cannot be used as it is. */
export type Report = (problem: string) => void;

/** The first of the variables that is set, with its name. */
export const firstSet = (
  lookup: Lookup,
  names: ReadonlyArray<string>,
): readonly [name: string, text: string] | undefined => {
  for (const name of names) {
    const text = lookup(name);
    if (text !== undefined) return [name, text];
  }
  return undefined;
};

/** One of the choices, in any case; the first is the default. */
export const resolveChoice = <A extends string>(
  lookup: Lookup,
  names: ReadonlyArray<string>,
  choices: readonly [A, ...ReadonlyArray<A>],
  report: Report,
): A => {
  const [usual] = choices;
  const [name, text = usual] = firstSet(lookup, names) ?? [];
  const choice = choices.find((known) => known === text.toLowerCase());
  if (choice !== undefined) return choice;
  report(
    text.toLowerCase() === "grpc"
      ? `${name} is grpc, which Executor does not speak; it uses ${usual}. Point the endpoint at the receiver's OTLP/HTTP port, usually 4318, and set the protocol to http/protobuf or http/json.`
      : `${name} is none of ${choices.join(", ")}; ${usual} is used.`,
  );
  return usual;
};

/** The longest time that a timer takes. */
const maxMillis = 2 ** 31 - 1;

export const resolveMillis = (
  lookup: Lookup,
  names: ReadonlyArray<string>,
  defaultMillis: number,
  report: Report,
): number => {
  const [name, text = String(defaultMillis)] = firstSet(lookup, names) ?? [];
  const millis = Number(text);
  if (/^\d+$/.test(text) && millis > 0 && millis <= maxMillis) return millis;
  report(`${name} is not a number of milliseconds above 0; ${defaultMillis} is used.`);
  return defaultMillis;
};

/**
 * Entries of a list in the form of OpenTelemetry's variables: commas between entries, values percent-encoded. A value may hold
 * `=`. An entry that cannot be read is left out; a value that is not percent-encoded correctly is taken unchanged. Problems name keys
 * and positions, never values.
 */
export const readKeyValues = (
  variable: string,
  lookup: Lookup,
  report: Report,
): ReadonlyArray<readonly [key: string, value: string]> => {
  const entries: Array<readonly [string, string]> = [];
  for (const [index, entry] of (lookup(variable) ?? "").split(",").entries()) {
    if (entry.trim() === "") continue;
    const separator = entry.indexOf("=");
    const key = percentDecode(entry.slice(0, Math.max(0, separator)).trim());
    const text = entry.slice(separator + 1).trim();
    const value = percentDecode(text);
    if (separator < 1 || key === undefined || key === "") {
      report(`In ${variable}, entry ${index + 1} is not of the form key=value and is left out.`);
      continue;
    }
    if (value === undefined) {
      report(
        `In ${variable}, the value of ${key} is not percent-encoded and is taken as it stands.`,
      );
    }
    entries.push([key, value ?? text]);
  }
  return entries;
};

/** `undefined` where the text is not percent-encoded correctly. */
export const percentDecode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
