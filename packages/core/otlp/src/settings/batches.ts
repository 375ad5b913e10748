import { type ExporterSettings, withTimeout } from "./exporter.ts";
import { firstSet, type Lookup, type Report, resolveMillis } from "./values.ts";

/** Settings of a queue and its export in batches: OpenTelemetry's batch span and batch log record processors. */
export interface BatchSettings {
  /** From the end of an export to the start of the next, unless a batch is full before. */
  readonly intervalMillis: number;
  /** Items that wait at most. */
  readonly maxSize: number;
  /** Items in one request at most. */
  readonly maxBatchSize: number;
}

/** Prefix of a processor's variables. */
type Prefix = "OTEL_BSP" | "OTEL_BLRP";

const namesOf = (prefix: Prefix) => ({
  timeout: `${prefix}_EXPORT_TIMEOUT`,
  delay: `${prefix}_SCHEDULE_DELAY`,
  queue: `${prefix}_MAX_QUEUE_SIZE`,
  batch: `${prefix}_MAX_EXPORT_BATCH_SIZE`,
});

/** Variables that {@link resolveBatches} looks up. */
export const variablesOfBatches = (prefix: Prefix): ReadonlyArray<string> =>
  Object.values(namesOf(prefix));

/** Settings of the exporter with those of its processor. */
export const resolveBatches = (
  prefix: Prefix,
  exporter: ExporterSettings,
  lookup: Lookup,
  defaultIntervalMillis: number,
  report: Report,
): ExporterSettings & BatchSettings => {
  const { timeout, delay, queue, batch } = namesOf(prefix);
  const maxSize = resolveCount(lookup, queue, 2_048, report);
  const maxBatchSize = resolveCount(lookup, batch, 512, report);
  if (maxBatchSize > maxSize)
    report(`${batch} is more than ${queue}, of which ${maxSize} is used.`);
  return {
    ...withTimeout(exporter, lookup, timeout, report),
    intervalMillis: resolveMillis(lookup, [delay], defaultIntervalMillis, report),
    maxSize,
    maxBatchSize: Math.min(maxBatchSize, maxSize),
  };
};

const maxCount = 100_000;

const resolveCount = (
  lookup: Lookup,
  name: string,
  defaultCount: number,
  report: Report,
): number => {
  const [, text = String(defaultCount)] = firstSet(lookup, [name]) ?? [];
  const count = Number(text);
  if (/^\d+$/.test(text) && count > 0 && count <= maxCount) return count;
  report(`${name} is not a number from 1 to ${maxCount}; ${defaultCount} is used.`);
  return defaultCount;
};
