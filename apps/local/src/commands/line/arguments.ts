import { builtInOptions, helpOption } from "./command-shape.ts";
import type { CommandShape, OptionShape } from "./command-shape.ts";

/** The result of reading a command line. */
export type ReadArguments =
  /** Words for the parser, in the parser's order. */
  | { readonly arguments: ReadonlyArray<string> }
  /** A command that has only subcommands, which are to be listed. */
  | { readonly overview: CommandShape; readonly path: ReadonlyArray<string> }
  | { readonly problem: string };

/**
 * Puts the options of a command line before its arguments: the parser needs this order, and people type any order. All words
 * after `--` are arguments; for a command with the options `--command` and `--arg` they are a program and its arguments.
 */
export const readArguments = (root: CommandShape, words: ReadonlyArray<string>): ReadArguments => {
  const end = words.indexOf("--");
  const typed = sort(root, end === -1 ? words : words.slice(0, end));
  const forced = end === -1 ? [] : words.slice(end + 1);
  const { command, options, positionals } = typed;
  const problem = problemOf(typed);
  if (problem !== undefined) return { problem };
  if (isOverview(typed, forced)) return { overview: command, path: typed.path };
  const program = takesProgram(command) ? programOptions(forced) : [];
  const values = program.length > 0 ? positionals : [...positionals, ...forced];
  return {
    arguments: [
      ...typed.path,
      // The parser accepts these only at the beginning.
      ...options.filter(isBuiltIn).flatMap((option) => option.words),
      ...options.filter((option) => !isBuiltIn(option)).flatMap((option) => option.words),
      ...program,
      // A command with subcommands takes no arguments; its parser then lists the subcommands.
      ...(values.length === 0 || command.children.length > 0 ? values : ["--", ...values]),
    ],
  };
};

interface GivenOption {
  readonly shape: OptionShape | undefined;
  /** The typed name, without the value. */
  readonly name: string;
  /** The name, and the value if one was given. */
  readonly words: ReadonlyArray<string>;
}

interface Sorted {
  /** Names of the commands from the root, exclusive, to the command. */
  readonly path: ReadonlyArray<string>;
  readonly command: CommandShape;
  readonly options: ReadonlyArray<GivenOption>;
  readonly positionals: ReadonlyArray<string>;
}

const sort = (root: CommandShape, words: ReadonlyArray<string>): Sorted => {
  const every = optionsBelow(root);
  const path: Array<string> = [];
  const options: Array<GivenOption> = [];
  const positionals: Array<string> = [];
  let command = root;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? "";
    const child = command.children.find(({ name }) => name === word);
    if (looksLikeOption(word)) {
      const option = readOption(every, words.slice(index, index + 2));
      options.push(option);
      if (option.words.length > 1 && word === option.name) index += 1;
    } else if (child === undefined || positionals.length > 0) {
      positionals.push(word);
    } else {
      path.push(word);
      command = child;
    }
  }
  return { path, command, options, positionals };
};

const optionsBelow = (shape: CommandShape): ReadonlyArray<OptionShape> => [
  ...builtInOptions,
  ...shape.options,
  ...shape.children.flatMap(optionsBelow),
];

/** Whether a word is an option: a lone hyphen means standard input, and a hyphen before a digit begins a number. */
const looksLikeOption = (word: string): boolean => /^-[^\d]/.test(word);

/** An option with its value, which follows `=` or is the next word. */
const readOption = (
  every: ReadonlyArray<OptionShape>,
  [word = "", next]: ReadonlyArray<string>,
): GivenOption => {
  const name = word.startsWith("--") ? word.replace(/=.*$/s, "") : word;
  const shape = every.find(({ names }) => names.includes(name));
  if (shape?.takesValue !== true) return { shape, name, words: [word] };
  const value = word === name ? next : word.slice(name.length + 1);
  return { shape, name, words: value === undefined ? [name] : [name, value] };
};

const isBuiltIn = ({ shape }: GivenOption): boolean =>
  shape !== undefined && builtInOptions.includes(shape);

const problemOf = ({ path, command, options }: Sorted): string | undefined => {
  const known = [...command.options, ...builtInOptions];
  for (const [index, { shape, name, words }] of options.entries()) {
    const own = known.find(({ names }) => names.includes(name));
    if (own === undefined) {
      const offered = [...command.options, helpOption].map(({ names }) => names.at(-1)).join(", ");
      return `${["executor", ...path].join(" ")} has no option ${name}. It has ${offered}.`;
    }
    if (own.takesValue && words.length === 1) return `${name} needs a value.`;
    const isFirst = options.findIndex((option) => option.shape === shape) === index;
    if (!own.repeats && !isFirst) return `${name} is given more than once.`;
  }
  return undefined;
};

const isOverview = (
  { command, options, positionals }: Sorted,
  forced: ReadonlyArray<string>,
): boolean =>
  command.children.length > 0 &&
  command.options.length === 0 &&
  [...positionals, ...forced].length === 0 &&
  options.every(({ shape }) => shape?.names.includes("--help"));

const takesProgram = ({ options }: CommandShape): boolean =>
  ["--command", "--arg"].every((name) => options.some(({ names }) => names.includes(name)));

const programOptions = ([program, ...rest]: ReadonlyArray<string>): ReadonlyArray<string> =>
  program === undefined ? [] : ["--command", program, ...rest.flatMap((word) => ["--arg", word])];
