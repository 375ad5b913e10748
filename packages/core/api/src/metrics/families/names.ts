import type { FamilyType } from "./family.ts";
import type { UnitWords } from "./units.ts";

/**
 * The Prometheus name of a metric, without the `_total` that samples of counters end in: OpenTelemetry's "Prometheus and
 * OpenMetrics Compatibility", as Prometheus's own OTLP receiver applies it. Every rune that is not a letter, a digit or a
 * colon separates words; the unit follows unless the name has it; a dimensionless gauge, whose unit is `1`, ends in `ratio`.
 */
export const familyName = (
  name: string,
  type: FamilyType,
  { main, per }: UnitWords,
  dimensionless: boolean,
): string => {
  let tokens = name.split(/[^a-zA-Z0-9:]+/).filter((token) => token !== "");
  if (type === "counter") tokens = tokens.filter((token) => token !== "total");
  if (main !== "" && !tokens.includes(main)) tokens.push(main);
  if (per !== "" && !tokens.includes(per)) tokens.push("per", per);
  if (type === "gauge" && dimensionless) {
    tokens = [...tokens.filter((token) => token !== "ratio"), "ratio"];
  }
  const joined = tokens.join("_");
  return joined === "" || /^[0-9]/.test(joined) ? `_${joined}` : joined;
};

/**
 * The Prometheus name of a label key. Runs of illegal runes and underscores become one underscore; a leading digit or
 * underscore gets `key` before it, as Prometheus does, which also keeps the reserved `__` names free.
 */
export const labelName = (key: string): string => {
  const name = key.replace(/[^a-zA-Z0-9]+/g, "_");
  if (name === "" || /^[0-9]/.test(name)) return `key_${name}`;
  return name.startsWith("_") ? `key${name}` : name;
};
