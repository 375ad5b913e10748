import { type SamplerName, samplerNames } from "@executor/telemetry/tracing";
import { Effect } from "effect";
import type { SettingsDefinition } from "./environment.ts";
import { type ExporterSettings, resolveExporter, variablesOfExporter } from "./exporter.ts";
import { shownUrl } from "./receiver.ts";
import { firstSet, type Lookup, type Report, resolveChoice, resolveMillis } from "./values.ts";

/** Settings of the export of spans, by OpenTelemetry's variables for samplers and for the batch span processor. */
export interface TracesSettings extends ExporterSettings {
  readonly sampler: SamplerName;
  /** Part of the traces that a sampler with a ratio takes, from 0 to 1. */
  readonly ratio: number;
  /** From the end of an export to the start of the next, unless a batch is full before. */
  readonly intervalMillis: number;
  /** Spans that wait at most. */
  readonly maxSize: number;
  /** Spans in one request at most. */
  readonly maxBatchSize: number;
}

const samplerVariable = "OTEL_TRACES_SAMPLER";
const ratioVariable = "OTEL_TRACES_SAMPLER_ARG";
const delayVariable = "OTEL_BSP_SCHEDULE_DELAY";
const queueVariable = "OTEL_BSP_MAX_QUEUE_SIZE";
const batchVariable = "OTEL_BSP_MAX_EXPORT_BATCH_SIZE";

export const tracesSettings: SettingsDefinition<TracesSettings> = {
  variables: [
    ...variablesOfExporter("traces"),
    samplerVariable,
    ratioVariable,
    delayVariable,
    queueVariable,
    batchVariable,
  ],
  resolve: (lookup, defaults, report) =>
    Effect.map(resolveExporter("traces", lookup, defaults, report), (exporter) => {
      if (exporter === undefined) return undefined;
      const sampler = resolveChoice(lookup, [samplerVariable], samplerNames, report);
      const maxSize = resolveCount(lookup, queueVariable, 2_048, report);
      const maxBatchSize = resolveCount(lookup, batchVariable, 512, report);
      if (maxBatchSize > maxSize) {
        report(`${batchVariable} is more than ${queueVariable}, of which ${maxSize} is used.`);
      }
      return {
        ...exporter,
        sampler,
        ratio: resolveRatio(sampler, lookup, report),
        intervalMillis: resolveMillis(lookup, [delayVariable], 5_000, report),
        maxSize,
        maxBatchSize: Math.min(maxBatchSize, maxSize),
      };
    }),
};

/** By the specification, a ratio that cannot be used is 1. */
const resolveRatio = (sampler: SamplerName, lookup: Lookup, report: Report): number => {
  const text = lookup(ratioVariable);
  if (!sampler.endsWith("traceidratio")) {
    if (text !== undefined) report(`${ratioVariable} has no meaning for the sampler ${sampler}.`);
    return 1;
  }
  const ratio = Number(text ?? "1");
  if (ratio >= 0 && ratio <= 1) return ratio;
  report(`${ratioVariable} is not a number from 0 to 1; 1 is used.`);
  return 1;
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

/** One line about where traces are pushed, without secrets. */
export const describeTraces = ({ protocol, ratio, sampler, url }: TracesSettings): string =>
  `Traces are pushed to ${shownUrl(url)} (${protocol}, sampler ${sampler}${sampler.endsWith("traceidratio") ? ` ${ratio}` : ""})`;
