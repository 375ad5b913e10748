import type { FileSystem } from "@effect/platform";
import { Config, type ConfigProvider, Effect } from "effect";
import type { ResourceDefaults } from "./exporter.ts";
import type { Lookup, Report } from "./values.ts";
import { problemsOf } from "./variables.ts";

/** How settings follow from variables. */
export interface SettingsDefinition<Settings> {
  /** All variables that `resolve` looks up. */
  readonly variables: ReadonlyArray<string>;
  /** `undefined` where nothing is pushed, which is reported. */
  readonly resolve: (
    lookup: Lookup,
    defaults: ResourceDefaults,
    report: Report,
  ) => Effect.Effect<Settings | undefined, never, FileSystem.FileSystem>;
}

/** Settings, absent where nothing can be pushed, and whole sentences about variables that are wrong. */
export interface Environment<Settings> {
  readonly settings: Settings | undefined;
  readonly problems: ReadonlyArray<string>;
}

/** Settings from the process's configuration; files are read for certificates only. */
export const readEnvironment = <Settings>(
  { variables, resolve }: SettingsDefinition<Settings>,
  defaults: ResourceDefaults,
): Effect.Effect<Environment<Settings>, never, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const set = yield* readSet(variables);
    const problems: Array<string> = [];
    const report: Report = (problem) => problems.push(problem);
    const settings = yield* resolve((name) => set.get(name), defaults, report);
    return { settings, problems };
  });

/** Texts of the variables that are set. Empty means unset. */
const readSet = (names: ReadonlyArray<string>): Effect.Effect<ReadonlyMap<string, string>> =>
  Effect.gen(function* () {
    const set = new Map<string, string>();
    for (const name of names) {
      const text = (yield* optionalText(name)).trim();
      if (text !== "") set.set(name, text);
    }
    return set;
  });

const optionalText = (name: string) => Effect.orDie(Config.withDefault(Config.string(name), ""));

/** Problems of all of OpenTelemetry's variables that are set, whatever is pushed. */
export const checkVariables: Effect.Effect<ReadonlyArray<string>> = Effect.configProviderWith(
  (provider) =>
    Effect.gen(function* () {
      const names = yield* namesUnder(provider, ["OTEL"]);
      const set = yield* readSet(names);
      return problemsOf([...set.keys()], (name) => set.get(name));
    }),
);

/** The provider gives the names word by word. A word that begins a longer name may be a name too. */
const namesUnder = (
  provider: ConfigProvider.ConfigProvider,
  path: ReadonlyArray<string>,
): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const words = yield* Effect.orDie(provider.flattened.enumerateChildren([...path]));
    const deeper = yield* Effect.forEach(words, (word) => namesUnder(provider, [...path, word]));
    return [path.join("_"), ...deeper.flat()];
  });
