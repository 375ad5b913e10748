import { basics } from "./prelude/basics.ts";
import { calls } from "./prelude/calls.ts";
import { content } from "./prelude/content.ts";
import { plain } from "./prelude/plain.ts";
import { result } from "./prelude/result.ts";
import { show } from "./prelude/show.ts";
import { web } from "./prelude/web.ts";

/** Characters of JSON text that the options of one call may have. */
export const maxOptionsChars = 1_000;

/** The file name in stack lines of the prelude, which agents do not see. */
export const preludeFile = "executor:prelude";

/**
 * The sandbox's own script. It runs before the agent's code, in the same realm, and keeps the built-in functions that it needs:
 * changes by the agent do not affect it. For the same reason it calls no method of an object that the agent can reach, and
 * keeps its tables in objects without a prototype.
 *
 * It evaluates to a function that takes the host's functions and returns the functions that the host calls.
 */
export const prelude = `(hostCall, hostConsole, hostMeasure, hostAsk, hostEmit) => {
"use strict";
const maxOptionsChars = ${maxOptionsChars};
${basics}${content}${plain}${calls}${show}${web}${result}
return { __proto__: null, limit, settle, begin, finish, describe };
}`;
