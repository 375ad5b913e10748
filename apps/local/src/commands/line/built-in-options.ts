import type { OptionShape } from "./command-shape.ts";

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
