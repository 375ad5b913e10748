import type { RunOutcome } from "@executor/kernel";
import type { PreparedCode } from "@executor/kernel/prepare-code";
import type { QuickJSHandle } from "quickjs-emscripten-core";
import type { Bridge } from "./bridge.ts";
import { GuestThrew } from "./guest-code.ts";
import { preludeFile } from "./prelude.ts";

/** The file name in stack lines of the agent's code. */
export const codeFile = "code.ts";

type Failure = Extract<RunOutcome, { readonly _tag: "Failed" | "OutOfMemory" }>;

/** Turns an uncaught error of the code into the run's outcome. Consumes the error. */
export const failureOutcome = async (
  bridge: Bridge,
  thrown: QuickJSHandle,
  code: PreparedCode | undefined,
): Promise<Failure> => {
  const described = await describe(bridge, thrown);
  thrown.dispose();
  if (described === undefined) {
    return {
      _tag: "Failed",
      name: "Error",
      message: "The code threw an error that cannot be read.",
    };
  }
  const { outOfMemory, name, message, stack } = readDescription(described);
  if (outOfMemory) return { _tag: "OutOfMemory" };
  const agent = agentStack(stack, code);
  const position =
    name === "SyntaxError" && !agent.includes("\n") ? agentPosition(agent) : undefined;
  return {
    _tag: "Failed",
    name,
    message: position === undefined ? message : `${message} (${position})`,
    ...(agent === "" ? {} : { stack: agent }),
  };
};

/** Reading an error may run the agent's code, which may throw: that second error is read, a third is not. */
const describe = async (bridge: Bridge, thrown: QuickJSHandle): Promise<string | undefined> => {
  try {
    return await bridge.describe(thrown);
  } catch (error) {
    if (!(error instanceof GuestThrew)) throw error;
    try {
      return await bridge.describe(error.error);
    } catch (second) {
      if (!(second instanceof GuestThrew)) throw second;
      second.error.dispose();
      return undefined;
    } finally {
      error.error.dispose();
    }
  }
};

interface Description {
  /** The engine's own error, in a memory that could not grow. */
  readonly outOfMemory: boolean;
  readonly name: string;
  readonly message: string;
  /** Empty if the error has none. */
  readonly stack: string;
}

const readDescription = (json: string): Description => {
  const read: unknown = JSON.parse(json);
  const described: object = typeof read === "object" && read !== null ? read : {};
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(described, key);
    return typeof value === "string" ? value : undefined;
  };
  return {
    outOfMemory: "outOfMemory" in described,
    name: text("name") ?? "Error",
    message: text("message") ?? "",
    stack: text("stack") ?? "",
  };
};

/** Removes the sandbox's own lines from a stack, and gives the others their places in the code as sent. */
const agentStack = (stack: string, code: PreparedCode | undefined): string =>
  stack
    .split("\n")
    .filter((text) => text.trim() !== "" && !text.includes(preludeFile))
    .map((text) =>
      text.replace(/\bcode\.ts:(\d+):(\d+)/, (place, line: string, column: string) => {
        if (code === undefined) return place;
        // The text is evaluated in parentheses.
        const shift = line === "1" ? 1 : 0;
        const position = { line: Number(line), column: Number(column) - shift };
        const original = code.originalPosition(position);
        return `${codeFile}:${original.line}:${original.column}`;
      }),
    )
    .join("\n");

/** Position of the innermost line of the agent's code, such as `line 3, column 14`. */
const agentPosition = (stack: string): string | undefined => {
  const position = /\bcode\.ts:(\d+):(\d+)/.exec(stack);
  return position === null ? undefined : `line ${position[1]}, column ${position[2]}`;
};
