import { CliConfig, CommandDescriptor, HelpDoc } from "@effect/cli";
import type { Usage } from "@effect/cli";
import { HashMap, HashSet, Option } from "effect";

/** An option as the command line may name it. */
export interface OptionShape {
  /** Every name, with its hyphens, the longest last: `-p`, `--port`. */
  readonly names: ReadonlyArray<string>;
  readonly takesValue: boolean;
  readonly repeats: boolean;
}

export const helpOption: OptionShape = {
  names: ["-h", "--help"],
  takesValue: false,
  repeats: false,
};

/** The options that the parser gives to every command. */
export const builtInOptions: ReadonlyArray<OptionShape> = [
  helpOption,
  { names: ["--version"], takesValue: false, repeats: false },
  { names: ["--wizard"], takesValue: false, repeats: false },
  { names: ["--completions"], takesValue: true, repeats: false },
  { names: ["--log-level"], takesValue: true, repeats: false },
];

/** What of a command matters for telling its options from its arguments, and for listing it. */
export interface CommandShape {
  readonly name: string;
  /** Rendering it takes long, and few command lines ask for it. */
  readonly description: () => string;
  readonly options: ReadonlyArray<OptionShape>;
  readonly children: ReadonlyArray<CommandShape>;
}

/** The shape of a command and of those below it, in the order of their names. */
export const commandShape = (command: CommandDescriptor.Command<unknown>): CommandShape => {
  const [name = ""] = HashSet.toValues(CommandDescriptor.getNames(command));
  return {
    name,
    description: () => descriptionOf(CommandDescriptor.getHelp(command, CliConfig.defaultConfig)),
    options: optionsOf(CommandDescriptor.getUsage(command), false),
    children: [...HashMap.entries(CommandDescriptor.getSubcommands(command))]
      // A command that has none gives itself.
      .filter(([child]) => child !== name)
      .map(([, child]) => commandShape(child))
      .toSorted((left, right) => left.name.localeCompare(right.name)),
  };
};

/** The first paragraph of a help page is under its heading DESCRIPTION. */
const descriptionOf = (help: HelpDoc.HelpDoc): string =>
  Bun.stripANSI(HelpDoc.toAnsiText(help))
    .split(/\n{2,}/)[1]
    ?.trim() ?? "";

/** The options are what in a usage has a name that begins with a hyphen; the rest are arguments. */
const optionsOf = (usage: Usage.Usage, repeats: boolean): ReadonlyArray<OptionShape> => {
  switch (usage._tag) {
    case "Empty":
    case "Mixed":
      return [];
    case "Named": {
      const names = usage.names.filter((name) => name.startsWith("-"));
      const takesValue = Option.isSome(usage.acceptedValues);
      return names.length === 0 ? [] : [{ names, takesValue, repeats }];
    }
    case "Optional":
      return optionsOf(usage.usage, repeats);
    case "Repeated":
      return optionsOf(usage.usage, true);
    case "Alternation":
    case "Concat":
      return [...optionsOf(usage.left, repeats), ...optionsOf(usage.right, repeats)];
  }
};
