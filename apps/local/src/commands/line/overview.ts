import type { CommandShape } from "./command-shape.ts";
import { cut } from "../../terminal/table.ts";

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
