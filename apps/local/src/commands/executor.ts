import { Command } from "@effect/cli";
import { Console, Effect } from "effect";
import { version } from "../version.ts";
import { usageError } from "../terminal/command-error.ts";
import { outputWidth } from "../terminal/output.ts";
import { executionsCommand } from "./executions.ts";
import { readArguments } from "./line/arguments.ts";
import { commandShape, type CommandShape, overview } from "./line/command-shape.ts";
import { metricsCommand } from "./metrics/metrics.ts";
import { policiesCommand } from "./policies.ts";
import { resumeCommand } from "./resume.ts";
import { callCommand, runCommand } from "./run.ts";
import { secretsCommand } from "./secrets.ts";
import { mcpCommand, serveCommand } from "./serve.ts";
import { sourcesCommand } from "./sources/sources.ts";
import { toolkitsCommand } from "./toolkits/toolkits.ts";
import { toolsCommand } from "./tools.ts";

const description = "One MCP endpoint for all of your agents' tools";

const commands = [
  serveCommand,
  mcpCommand,
  sourcesCommand,
  toolsCommand,
  callCommand,
  runCommand,
  resumeCommand,
  executionsCommand,
  metricsCommand,
  policiesCommand,
  toolkitsCommand,
  secretsCommand,
] as const;

const executor = Command.make("executor").pipe(
  Command.withDescription(description),
  Command.withSubcommands(commands),
);

/** Every command with its options. */
export const commandLineShape: CommandShape = {
  name: "executor",
  description: () => description,
  options: [],
  children: commands.map(({ descriptor }) => commandShape(descriptor)),
};

const parseAndRun = Command.run(executor, { name: "Executor", version });

/** Runs the command that a process's arguments name: the runtime, the script, and the words that were typed. */
export const runCommandLine = ([runtime = "", script = "", ...words]: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const read = readArguments(commandLineShape, words);
    if ("overview" in read) {
      const path = ["executor", ...read.path];
      return yield* Console.log(overview(read.overview, path, outputWidth()));
    }
    if ("problem" in read) return yield* usageError(read.problem);
    if (wantsBashCompletions(read.arguments)) {
      const lines = yield* Command.getBashCompletions(executor, "executor");
      return yield* Console.log(mendBashCompletions(lines));
    }
    yield* withWholeUsage(parseAndRun([runtime, script, ...read.arguments]), read.arguments);
  });

/** Writes the usage of a help page with the path of the command: `@effect/cli` 0.77 writes the last name alone. */
const withWholeUsage = <A, E, R>(run: Effect.Effect<A, E, R>, words: ReadonlyArray<string>) => {
  const path = words.slice(
    0,
    words.findIndex((word) => word.startsWith("-")),
  );
  const isHelp = ["-h", "--help"].includes(words[path.length] ?? "");
  const usage = ["$ executor", ...path].join(" ");
  return Console.consoleWith((console) => {
    const log = (text: string) => console.log(text.replace(/^\$ \S+/m, usage));
    return isHelp ? Console.withConsole(run, { ...console, log }) : run;
  });
};

/** Whether a command line asks for the completions of bash, and for nothing else. */
const wantsBashCompletions = ([option, shell, ...others]: ReadonlyArray<string>): boolean =>
  option === "--completions" && (shell === "bash" || shell === "sh") && others.length === 0;

/**
 * Mends two mistakes in the script that `@effect/cli` 0.77 writes for bash: it looks nested commands up by another name
 * than it has set (`executor,sources,add` for `executor__sources`), and offers all choices of an option as one word.
 */
const mendBashCompletions = (lines: ReadonlyArray<string>): string =>
  lines
    .join("\n")
    .replaceAll(/^(\s+)(\w+),([\w-]+),([\w-]+)\)$/gm, "$1$2__$3,$4)")
    .replaceAll(
      /compgen -W "([\w,-]+)"/g,
      (_, words: string) => `compgen -W "${words.replaceAll(",", " ")}"`,
    );
