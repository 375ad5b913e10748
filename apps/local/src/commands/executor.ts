import { Command } from "@effect/cli";
import { Effect } from "effect";
import { version } from "../version.ts";
import { callCommand } from "./call.ts";
import { commandShape } from "./line/command-shape.ts";
import type { CommandShape } from "./line/command-shape.ts";
import { mendBashCompletions } from "./line/completions.ts";
import { executionsCommand } from "./executions.ts";
import { metricsCommand } from "./metrics/metrics.ts";
import { policiesCommand } from "./policies.ts";
import { resumeCommand } from "./resume.ts";
import { runCommand } from "./run.ts";
import { secretsCommand } from "./secrets.ts";
import { mcpCommand, serveCommand } from "./serve.ts";
import { sourcesCommand } from "./sources/sources.ts";
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
  secretsCommand,
] as const;

const executor = Command.make("executor").pipe(
  Command.withDescription(description),
  Command.withSubcommands(commands),
);

/** Parses a command line and does what it says. */
export const runCommandLine = Command.run(executor, { name: "Executor", version });

export const bashCompletions = Effect.map(
  Command.getBashCompletions(executor, "executor"),
  mendBashCompletions,
);

/** Every command with its options. */
export const commandLineShape: CommandShape = {
  name: "executor",
  description: () => description,
  options: [],
  children: [
    commandShape(serveCommand.descriptor),
    commandShape(mcpCommand.descriptor),
    commandShape(sourcesCommand.descriptor),
    commandShape(toolsCommand.descriptor),
    commandShape(callCommand.descriptor),
    commandShape(runCommand.descriptor),
    commandShape(resumeCommand.descriptor),
    commandShape(executionsCommand.descriptor),
    commandShape(metricsCommand.descriptor),
    commandShape(policiesCommand.descriptor),
    commandShape(secretsCommand.descriptor),
  ],
};
