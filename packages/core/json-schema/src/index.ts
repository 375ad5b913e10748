export { schemaCheck } from "./check.ts";
export type { CheckOutcome, SchemaCheck } from "./check.ts";
