import { CliConfig, CommandDescriptor, HelpDoc, type Usage } from "@effect/cli";
import { HashMap, HashSet, Option } from "effect";
import { cut } from "../../terminal/table.ts";

/** The names of an option, and the way in which it is given. */
export interface OptionShape {
  /** All names with their hyphens, the longest last: `-p`, `--port`. */
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

/** The properties of a command that tell its options from its arguments, and that a list of commands shows. */
export interface CommandShape {
  readonly name: string;
  /** A function, because rendering takes long and few command lines need it. */
  readonly description: () => string;
  readonly options: ReadonlyArray<OptionShape>;
  readonly children: ReadonlyArray<CommandShape>;
}

/** The shape of a command and of its subcommands, which are sorted by name. */
export const commandShape = (command: CommandDescriptor.Command<unknown>): CommandShape => {
  const [name = ""] = HashSet.toValues(CommandDescriptor.getNames(command));
  return {
    name,
    description: () => descriptionOf(CommandDescriptor.getHelp(command, CliConfig.defaultConfig)),
    options: optionsOf(CommandDescriptor.getUsage(command), false),
    children: [...HashMap.entries(CommandDescriptor.getSubcommands(command))]
      // A command without subcommands lists itself.
      .filter(([child]) => child !== name)
      .map(([, child]) => commandShape(child))
      .toSorted((left, right) => left.name.localeCompare(right.name)),
  };
};

/** The first paragraph of a help page, which follows the heading DESCRIPTION. */
const descriptionOf = (help: HelpDoc.HelpDoc): string =>
  Bun.stripANSI(HelpDoc.toAnsiText(help))
    .split(/\n{2,}/)[1]
    ?.trim() ?? "";

/** The options of a usage: the parts whose name begins with a hyphen. The others are arguments. */
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

/** All subcommands of a command, one in each line, without their arguments and options. */
export const overview = (
  command: CommandShape,
  path: ReadonlyArray<string>,
  width: number,
): string => {
  const rows = commandsBelow(command, path);
  const longest = Math.max(...rows.map(({ name }) => name.length));
  return [
    command.description(),
    "",
    ...rows.map(({ name, description }) => cut(`  ${name.padEnd(longest)}  ${description}`, width)),
    "",
    "A command with --help shows its arguments and options.",
  ].join("\n");
};

const commandsBelow = (
  { children }: CommandShape,
  path: ReadonlyArray<string>,
): ReadonlyArray<{ readonly name: string; readonly description: string }> =>
  children.flatMap((child) => {
    const name = [...path, child.name];
    const isGroup = child.children.length > 0 && child.options.length === 0;
    const self = isGroup ? [] : [{ name: name.join(" "), description: child.description() }];
    return [...self, ...commandsBelow(child, name)];
  });
