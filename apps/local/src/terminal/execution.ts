import type { Execution, ExecutionOutput } from "@executor/execution/schemas";
import { Console, DateTime, Effect } from "effect";
import { CommandError, exitCodes } from "./command-error.ts";
import { escaped, jsonText, oneLine, printable } from "./printable.ts";
import { defaultPort } from "../server/config.ts";

/** How a command ends that ran code: with exit code 0 only where the code completed. */
const exitCodeOf = ({ status }: Execution): number =>
  status === "completed" ? 0 : status === "paused" ? exitCodes.paused : exitCodes.failed;

/** The whole execution on standard output, as the API gives it. */
export const printExecution = (execution: Execution) =>
  Effect.gen(function* () {
    yield* Console.log(jsonText(execution, 2));
    const exitCode = exitCodeOf(execution);
    if (exitCode !== 0) return yield* new CommandError({ message: "", exitCode });
  });

/** The result on standard output, everything else on standard error. Fails where the code did not complete. */
export const showExecution = (execution: Execution, port: number) =>
  Effect.gen(function* () {
    const { console, consoleTruncated, output, error } = execution;
    for (const { level, text } of console) yield* Console.error(`[${level}] ${printable(text)}`);
    if (consoleTruncated) yield* Console.error("(the rest of what the code logged is cut)");
    if (output !== null) {
      yield* Console.log(outputText(output));
      if (output.truncated) {
        yield* Console.error(`(cut; the whole result has ${output.totalChars} characters)`);
      }
    }
    const exitCode = exitCodeOf(execution);
    if (execution.status === "paused") {
      return yield* new CommandError({ message: describePause(execution, port), exitCode });
    }
    if (error !== null) {
      const { name, message, stack } = error;
      const summary = `${name}: ${message}`;
      const text = stack === undefined ? summary : `${summary}\n${stack}`;
      return yield* new CommandError({ message: text, exitCode });
    }
  });

/** A result as JSON; of one that was cut, what is left of its text. */
export const outputText = ({ value, truncated }: ExecutionOutput): string =>
  typeof value === "string" && truncated ? escaped(value) : jsonText(value, 2);

/** The open questions of a paused execution, and the commands that answer them. */
export const describePause = ({ id, approvals }: Execution, port: number): string => {
  const one = approvals.length === 1;
  const questions = approvals.flatMap((approval) => [
    `  ${approval.address} ${jsonText(approval.input)}`,
    `    ${oneLine(approval.message)} (until ${DateTime.formatIso(approval.expiresAt)})`,
    `    ${commandLine(port, "resume", id, approval.id, "--accept")}`,
  ]);
  return [
    `The execution ${id} waits for ${one ? "an answer" : `${approvals.length} answers`}:`,
    ...questions,
    "In place of --accept: --decline or --cancel. The answers to a form go in --content '{…}'.",
  ].join("\n");
};

/** A command for a person to type, which reaches the same daemon. */
const commandLine = (port: number, ...words: ReadonlyArray<string>): string =>
  ["executor", ...words, ...(port === defaultPort ? [] : ["--port", String(port)])].join(" ");
