/** What plugins of several kinds need to make tools out of what others have written. */
export { bindingReader } from "./bindings.ts";
export { httpAndFiles } from "./http-and-files.ts";
export { capitalise, isReserved, joinWords } from "./identifiers.ts";
export { fromEntries, isArray, isObject, member, readJson, shorten, text } from "./json-values.ts";
export { namespaceOf, titleWords } from "./namespaces.ts";
export { runSteps } from "./steps.ts";
export type { Steps } from "./steps.ts";
