import type { FileSystem } from "@effect/platform";
import { Config, Effect } from "effect";
import type { ResourceDefaults } from "./exporter.ts";
import type { Lookup, Report } from "./values.ts";

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
    const set = new Map<string, string>();
    for (const name of variables) {
      const text = (yield* optionalText(name)).trim();
      // Empty means unset.
      if (text !== "") set.set(name, text);
    }
    const problems: Array<string> = [];
    const report: Report = (problem) => problems.push(problem);
    const settings = yield* resolve((name) => set.get(name), defaults, report);
    return { settings, problems };
  });

const optionalText = (name: string) => Effect.orDie(Config.withDefault(Config.string(name), ""));
