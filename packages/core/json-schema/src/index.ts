export { schemaCheck } from "./check.ts";
export type { CheckOutcome, SchemaCheck } from "./check.ts";
export { isBigInteger, replaceIntegers } from "./integers.ts";
export type { IntegerPlaces } from "./integers.ts";
