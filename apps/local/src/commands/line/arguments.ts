import { builtInOptions, helpOption } from "./command-shape.ts";
import type { CommandShape, OptionShape } from "./command-shape.ts";

/** How a command line reads. */
export type ReadArguments =
  /** The words to hand to the parser, in its order. */
  | { readonly arguments: ReadonlyArray<string> }
  /** A command that only has others below it: they are to be listed. */
  | { readonly overview: CommandShape; readonly path: ReadonlyArray<string> }
  | { readonly problem: string };

/**
 * Puts a command line in the order that the parser wants, which is options before arguments, as people type them in any
 * order. What follows `--` is arguments, whatever it looks like; for a command that takes `--command` and `--arg` it is
 * a program and its arguments.
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
      // The parser looks for these at the beginning alone.
      ...options.filter(isBuiltIn).flatMap((option) => option.words),
      ...options.filter((option) => !isBuiltIn(option)).flatMap((option) => option.words),
      ...program,
      // A command with others below it takes no arguments; its parser then says which there are.
      ...(values.length === 0 || command.children.length > 0 ? values : ["--", ...values]),
    ],
  };
};

interface GivenOption {
  readonly shape: OptionShape | undefined;
  /** As typed, without its value. */
  readonly name: string;
  /** The name, and the value where there is one. */
  readonly words: ReadonlyArray<string>;
}

interface Sorted {
  /** The names that lead to the command, without the root's. */
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

/** A lone hyphen is standard input, and a hyphen before a digit is a number. */
const looksLikeOption = (word: string): boolean => /^-[^\d]/.test(word);

/** An option with its value, which stands behind `=` or is the next word. */
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
