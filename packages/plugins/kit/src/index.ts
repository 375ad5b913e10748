/** Tools for plugins: JSON values, names, tool definitions, upstream errors and long computations in steps. */
export {
  bindingReader,
  fromEntries,
  isArray,
  isObject,
  member,
  readJson,
  shorten,
  text,
} from "./json-values.ts";
export {
  capitalise,
  fingerprint,
  isReserved,
  joinWords,
  namespaceOf,
  titleWords,
} from "./names.ts";
export { runSteps } from "./steps.ts";
export type { Steps } from "./steps.ts";
export { closedObject, describeTool, destructiveTool, readOnlyTool, writingTool } from "./tools.ts";
export { httpAndFiles, httpError, invalidInput } from "./upstream.ts";
