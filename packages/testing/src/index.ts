export { readFamilies, readSamples, sumOf } from "./exposition.ts";
export type { Sample, TextFamily } from "./exposition.ts";
export { freePort } from "./free-port.ts";
export { list, member } from "./json.ts";
export { respellings } from "./respellings.ts";
export { until, untilEffect } from "./until.ts";
