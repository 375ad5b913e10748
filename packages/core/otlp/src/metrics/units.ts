export { toReadUnit as toUnit } from "@executor/telemetry/reading";
