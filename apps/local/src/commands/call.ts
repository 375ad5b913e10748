import { Args, Command } from "@effect/cli";
import { ToolAddress } from "@executor/sdk/schemas";
import { Effect } from "effect";
import { check } from "./check.ts";
import { readJson } from "./input.ts";
import { jsonOption } from "../terminal/output.ts";
import { portOption } from "./options.ts";
import { runCode } from "./run.ts";

const Address = ToolAddress.annotations({
  message: () => "A tool's address is its namespace and its path, such as github.repos.get.",
});

const addressArgument = Args.text({ name: "address" }).pipe(
  Args.withDescription("The tool, such as github.repos.get"),
);

const inputArgument = Args.text({ name: "input" }).pipe(
  Args.withDescription("Its input: JSON, @file, or - for standard input"),
  Args.withDefault("{}"),
);

/** Calls one tool, as code in the sandbox would. */
export const callCommand = Command.make(
  "call",
  { address: addressArgument, input: inputArgument, json: jsonOption, port: portOption },
  ({ address, input, json, port }) =>
    Effect.gen(function* () {
      const tool = yield* check(Address, address);
      const value = yield* readJson(input, "The tool's input");
      yield* runCode(callOf(tool, JSON.stringify(value)), { json, port });
    }),
).pipe(Command.withDescription("Call one tool"));

/** Parsed inside the sandbox: a member named `__proto__` means another thing in code than in JSON. */
const callOf = (address: ToolAddress, inputJson: string): string =>
  `return await tools.${address}(JSON.parse(${JSON.stringify(inputJson)}));`;
