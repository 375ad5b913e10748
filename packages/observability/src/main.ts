import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { committedFiles, operatorFiles } from "./files.ts";
import { readArguments, WrongArgument } from "./settings.ts";

/** Writes the committed files; with --out, an operator's files by the operator's settings. */
const write = (directory: string, files: ReadonlyMap<string, string>): void => {
  for (const [path, text] of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
};

/** Exit code of a command line that cannot be understood. */
const usage = 2;

try {
  const { out, settings } = readArguments(process.argv.slice(2));
  if (out === undefined) write(join(import.meta.dirname, "../../.."), committedFiles());
  else write(out, operatorFiles(settings));
} catch (error) {
  if (!(error instanceof WrongArgument)) throw error;
  process.stderr.write(`${error.message.replaceAll(/\s+/g, " ")}\n`);
  process.exitCode = usage;
}
