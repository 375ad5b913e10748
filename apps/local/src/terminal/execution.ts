import type { Execution, ExecutionOutput, ExecutionSummary } from "@executor/execution/schemas";
import { Console, DateTime, Effect } from "effect";
import { defaultPort } from "../server/config.ts";
import { CommandError, exitCodes } from "./command-error.ts";
import { type SchemaField, schemaFields } from "./json-schema.ts";
import { escaped, jsonText, oneLine, printable } from "./printable.ts";

/** Destination and shape of a command's output: as JSON, or as text that names the daemon's port. */
export interface Terms {
  readonly json: boolean;
  readonly port: number;
}

/** Prints an execution as JSON, or the result on standard output and all else on standard error. Fails if it did not complete. */
export const printExecution = (execution: Execution, { json, port }: Terms) =>
  Effect.gen(function* () {
    yield* json ? Console.log(jsonText(execution, 2)) : printResult(execution);
    if (execution.status === "completed") return;
    const exitCode = execution.status === "paused" ? exitCodes.paused : exitCodes.failed;
    const message = json ? "" : failureText(execution, port);
    return yield* new CommandError({ message, exitCode });
  });

const printResult = (execution: Execution) =>
  Effect.gen(function* () {
    const { console, consoleTruncated, output } = execution;
    for (const { level, text } of console) yield* Console.error(`[${level}] ${printable(text)}`);
    if (consoleTruncated) yield* Console.error("(the rest of what the code logged is cut)");
    const content = contentText(execution);
    if (content !== "") yield* Console.error(printable(content));
    if (output === null) return;
    yield* Console.log(outputText(output));
    if (output.truncated) {
      yield* Console.error(`(cut; the whole result has ${output.totalChars} characters)`);
    }
  });

const failureText = (execution: Execution, port: number): string => {
  if (execution.status === "paused") return describePause(execution, port);
  if (execution.error === null) return "";
  const { name, message, stack } = execution.error;
  return [`${name}: ${message}`, ...(stack === undefined ? [] : [stack])].join("\n");
};

/** The content blocks of an execution, one a line: text as it is, of others the kind and the size. */
export const contentText = ({ content }: Execution): string =>
  content
    .map(({ bytes, mimeType, text, type, uri }) => {
      const told = [mimeType, uri, type === "resource_link" ? undefined : `${bytes} bytes`];
      return `[${type}] ${text ?? told.filter((part) => part !== undefined).join(", ")}`;
    })
    .join("\n");

/** A result as JSON; the text that is left of a truncated result. */
export const outputText = ({ value, truncated }: ExecutionOutput): string =>
  typeof value === "string" && truncated ? escaped(value) : jsonText(value, 2);

/** Who asked for an execution, and over what, such as `mcp (claude-code, key:abc)`. */
export const describeCaller = ({ trigger, caller }: ExecutionSummary): string => {
  const known = [caller.client, caller.subject].filter((part) => part !== null);
  return known.length === 0 ? trigger : `${trigger} (${known.join(", ")})`;
};

/** The open questions of a paused execution, and the commands that answer them. */
export const describePause = ({ id, approvals }: Execution, port: number): string => {
  const one = approvals.length === 1;
  const questions = approvals.flatMap((approval) => {
    const isForm = approval.kind === "form";
    const answer = isForm ? ["--accept", "--content", "'{…}'"] : ["--accept"];
    return [
      `  ${approval.address} ${jsonText(approval.input)}`,
      `    ${oneLine(approval.message)} (until ${DateTime.formatIso(approval.expiresAt)})`,
      ...(isForm ? schemaFields(approval.requestedSchema).map(fieldText) : []),
      `    ${commandLine(port, "resume", id, approval.id, ...answer)}`,
    ];
  });
  return [
    `The execution ${id} waits for ${one ? "an answer" : `${approvals.length} answers`}:`,
    ...questions,
    'In place of --accept: --decline or --cancel. The answers to a form go in --content, as JSON such as \'{"name":"Ada"}\'.',
  ].join("\n");
};

/** A field of a form, as a line. */
const fieldText = ({ description, name, required, type }: SchemaField): string => {
  const told = oneLine(description);
  return `      ${oneLine(name)}: ${oneLine(type)}${required ? ", required" : ""}${told === "" ? "" : `. ${told}`}`;
};

/** A command line that reaches the daemon on this port. */
const commandLine = (port: number, ...words: ReadonlyArray<string>): string =>
  ["executor", ...words, ...(port === defaultPort ? [] : ["--port", String(port)])].join(" ");
