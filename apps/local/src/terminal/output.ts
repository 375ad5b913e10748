import { Terminal } from "@effect/platform";
import { Console, Effect, Layer } from "effect";
import { jsonText } from "./printable.ts";

/** Whether a person can be asked: both ends of the command are a terminal. */
export const isInteractive = (): boolean => process.stdin.isTTY && process.stdout.isTTY;

/** The number of terminal cells in a line; infinite where the output is not a terminal, so that nothing is cut. */
export const outputWidth = (): number =>
  process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY;

/** Prints a value on standard output: as JSON in the API's own shape, or as text for people. */
export const print = (json: boolean, value: unknown, text: string) =>
  Console.log(json ? jsonText(value, 2) : text);

/** Whether a stream shows colours (https://no-color.org). */
const hasColour = (stream: { readonly isTTY?: boolean }): boolean =>
  stream.isTTY === true && (process.env["NO_COLOR"] ?? "") === "";

/** SGR, the control sequences for colours and weights (ECMA-48, 8.3.117). */
// oxlint-disable-next-line no-control-regex -- the sequence begins with a control character
const colours = /\u001b\[[\d;]*m/g;

const shownOn =
  (stream: { readonly isTTY?: boolean }) =>
  <A>(part: A) =>
    typeof part === "string" && !hasColour(stream) ? part.replaceAll(colours, "") : part;

/** The console, which removes colours where a stream shows none. */
export const plainConsole = (console: Console.Console): Console.Console => ({
  ...console,
  log: (...parts: ReadonlyArray<unknown>) => console.log(...parts.map(shownOn(process.stdout))),
  error: (...parts: ReadonlyArray<unknown>) => console.error(...parts.map(shownOn(process.stderr))),
});

/** The terminal of prompts, which removes colours but keeps movements of the cursor. */
export const plainTerminal = Layer.effect(
  Terminal.Terminal,
  Effect.map(Terminal.Terminal, (terminal) => ({
    ...terminal,
    display: (text: string) => terminal.display(shownOn(process.stdout)(text)),
  })),
);
