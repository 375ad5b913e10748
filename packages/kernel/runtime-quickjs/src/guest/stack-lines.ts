import { preludeFile } from "./prelude.ts";

/** The file name that stack lines of the agent's code carry. */
export const codeFile = "code.ts";

/** A stack as the agent should see it: without the sandbox's own lines, columns as in the code it sent. */
export const agentStack = (stack: string, columnShift: number): string =>
  stack
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.includes(preludeFile))
    .map((line) =>
      line.replace(
        /\bcode\.ts:1:(\d+)/,
        (_, column: string) => `${codeFile}:1:${Math.max(1, Number(column) - columnShift)}`,
      ),
    )
    .join("\n");

/** The place of the innermost line of the agent's code, such as `line 3, column 14`. */
export const agentPlace = (stack: string): string | undefined => {
  const place = /\bcode\.ts:(\d+):(\d+)/.exec(stack);
  return place === null ? undefined : `line ${place[1]}, column ${place[2]}`;
};
