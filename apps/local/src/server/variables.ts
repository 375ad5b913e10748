import { Config, ConfigError, Either } from "effect";

/**
 * A variable of Executor's own; `undefined` where it is unset or empty. `read` gives `undefined` for a text that is not `what`. The
 * error is a whole sentence, which does not repeat the text: `… holds no port: it is a number from 1 to 65535.`
 */
export const variable = <A>(
  name: string,
  read: (text: string) => A | undefined,
  { what, right }: { readonly what: string; readonly right: string },
): Config.Config<A | undefined> =>
  Config.string(name).pipe(
    Config.withDefault(""),
    Config.mapOrFail((text) => {
      if (text.trim() === "") return Either.right(undefined);
      const value = read(text.trim());
      return value === undefined
        ? Either.left(ConfigError.InvalidData([name], `${name} holds no ${what}: it is ${right}.`))
        : Either.right(value);
    }),
  );

/** A whole number in digits, within bounds; `undefined` for any other text. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number | undefined => {
    const value = Number(text);
    return /^\d+$/.test(text) && value >= least && value <= most ? value : undefined;
  };

/** What is wrong with variables, in whole sentences. */
export const variablesProblem = (error: ConfigError.ConfigError): string =>
  "left" in error
    ? `${variablesProblem(error.left)} ${variablesProblem(error.right)}`
    : error.message;
