import { Args, Command } from "@effect/cli";
import { ToolAddress } from "@executor/sdk/schemas";
import { Effect, type Option } from "effect";
import type { Terms } from "../terminal/execution.ts";
import { follow } from "./follow.ts";
import { check, readJson, readText } from "./input.ts";
import { field } from "./sources/settings.ts";
import { terms, textArgument, toolkitOption } from "./options.ts";

const fileArgument = textArgument(
  "file",
  "The file that holds the code; - reads it from standard input",
);

/** Runs a file's code in the daemon. The result goes to standard output, the code's log to standard error. */
export const runCommand = Command.make(
  "run",
  { file: fileArgument, toolkit: toolkitOption("the tools of"), ...terms },
  ({ file, toolkit, ...given }) =>
    Effect.flatMap(readText(file), (code) => runCode(code, toolkit, given)),
).pipe(Command.withDescription("Run code against the tools"));

const Address = ToolAddress.annotations({
  message: () => "A tool's address is its namespace and its path, such as github.repos.get.",
});

const addressArgument = textArgument("address", "The tool, such as github.repos.get");

const inputArgument = Args.withDefault(
  textArgument("input", "Its input: JSON, @file, or - for standard input"),
  "{}",
);

/** Calls one tool, as code in the sandbox would. */
export const callCommand = Command.make(
  "call",
  {
    address: addressArgument,
    input: inputArgument,
    toolkit: toolkitOption("the tools of"),
    ...terms,
  },
  ({ address, input, toolkit, ...given }) =>
    Effect.gen(function* () {
      const tool = yield* check(Address, address);
      const value = yield* readJson(input, "The tool's input");
      yield* runCode(callOf(tool, JSON.stringify(value)), toolkit, given);
    }),
).pipe(Command.withDescription("Call one tool"));

/** Code whose input is parsed inside the sandbox: a field named `__proto__` means another thing in code than in JSON. */
const callOf = (address: ToolAddress, inputJson: string): string =>
  `return await tools.${address}(JSON.parse(${JSON.stringify(inputJson)}));`;

/** Runs code in the daemon and prints its result. Interrupting it cancels the execution. */
const runCode = (code: string, toolkit: Option.Option<string>, given: Terms) =>
  follow(given, (client) =>
    client.executions.run({
      payload: { code, ...field("toolkit", toolkit) },
      headers: { "executor-client": "cli" },
    }),
  );
