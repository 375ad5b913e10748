import type { QuickJSHandle } from "quickjs-emscripten-core";
import { type Bridge, GuestThrew } from "./bridge.ts";
import type { SandboxOutcome } from "../host/sandbox-types.ts";
import { agentPlace, agentStack } from "./stack-lines.ts";

/** The outcome of an error that nobody caught. Consumes the error. */
export const failureOutcome = (
  bridge: Bridge,
  thrown: QuickJSHandle,
  columnShift: number,
  memoryExhausted: boolean,
): SandboxOutcome => {
  const described = describe(bridge, thrown);
  thrown.dispose();
  if (described === undefined) {
    return {
      _tag: "Failed",
      name: "Error",
      message: "The code threw an error that cannot be read.",
    };
  }
  const { isNull, outOfMemory, name, message, stack } = readDescription(described);
  if (outOfMemory || (isNull && memoryExhausted)) return { _tag: "OutOfMemory" };
  const own = stack === undefined ? "" : agentStack(stack, columnShift);
  const place = name === "SyntaxError" && !own.includes("\n") ? agentPlace(own) : undefined;
  return {
    _tag: "Failed",
    name,
    message: place === undefined ? message : `${message} (${place})`,
    ...(own === "" ? {} : { stack: own }),
  };
};

/** Reading an error may run the agent's code, which may throw again: once more is read, then no more. */
const describe = (bridge: Bridge, thrown: QuickJSHandle): string | undefined => {
  try {
    return bridge.describe(thrown);
  } catch (error) {
    if (!(error instanceof GuestThrew)) throw error;
    try {
      return bridge.describe(error.error);
    } catch (again) {
      if (!(again instanceof GuestThrew)) throw again;
      again.error.dispose();
      return undefined;
    } finally {
      error.error.dispose();
    }
  }
};

interface Description {
  readonly outOfMemory: boolean;
  readonly isNull: boolean;
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

const readDescription = (json: string): Description => {
  const read: unknown = JSON.parse(json);
  const has = (key: string): boolean => typeof read === "object" && read !== null && key in read;
  const text = (key: string): string | undefined => {
    const value: unknown =
      typeof read === "object" && read !== null ? Reflect.get(read, key) : undefined;
    return typeof value === "string" ? value : undefined;
  };
  const stack = text("stack");
  return {
    outOfMemory: has("outOfMemory"),
    isNull: has("isNull"),
    name: text("name") ?? "Error",
    message: text("message") ?? "",
    ...(stack === undefined ? {} : { stack }),
  };
};
