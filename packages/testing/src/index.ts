export { parseExposition, sumOf } from "./exposition.ts";
export type { Sample } from "./exposition.ts";
export { freePort } from "./free-port.ts";
export { until } from "./until.ts";
