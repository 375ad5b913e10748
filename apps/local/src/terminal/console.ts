import { Terminal } from "@effect/platform";
import { Effect, Layer } from "effect";
import type { Console } from "effect";

/** Whether there is a person who can be asked: both ends of the command are a terminal. */
export const isInteractive = (): boolean => process.stdin.isTTY && process.stdout.isTTY;

/** Whether colours are wanted (https://no-color.org). */
const hasColour = (stream: { readonly isTTY?: boolean }): boolean =>
  stream.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";

/** SGR, the control sequences for colours and weights (ECMA-48, 8.3.117). */
// oxlint-disable-next-line no-control-regex -- the sequence begins with a control character
const colours = /\u001b\[[\d;]*m/g;

const withoutColours = (text: string): string => text.replaceAll(colours, "");

const plain = (parts: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
  parts.map((part) => (typeof part === "string" ? withoutColours(part) : part));

/** The console, without colours where nobody wants them. */
export const plainConsole = (console: Console.Console): Console.Console => ({
  ...console,
  log: (...parts: ReadonlyArray<unknown>) =>
    console.log(...(hasColour(process.stdout) ? parts : plain(parts))),
  error: (...parts: ReadonlyArray<unknown>) =>
    console.error(...(hasColour(process.stderr) ? parts : plain(parts))),
});

/** The same for what prompts draw; they move the cursor, and that stays. */
export const plainTerminal = Layer.effect(
  Terminal.Terminal,
  Effect.map(Terminal.Terminal, (terminal) => ({
    ...terminal,
    display: (text: string) =>
      terminal.display(hasColour(process.stdout) ? text : withoutColours(text)),
  })),
);
