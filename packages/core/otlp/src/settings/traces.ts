import { type SamplerName, samplerNames } from "@executor/telemetry/tracing";
import { Effect } from "effect";
import { type BatchSettings, resolveBatches, variablesOfBatches } from "./batches.ts";
import type { SettingsDefinition } from "./environment.ts";
import { type ExporterSettings, resolveExporter, variablesOfExporter } from "./exporter.ts";
import { shownUrl } from "./receiver.ts";
import { type Lookup, type Report, resolveChoice } from "./values.ts";

/** Settings of the export of spans, by OpenTelemetry's variables for samplers and for the batch span processor. */
export interface TracesSettings extends ExporterSettings, BatchSettings {
  readonly sampler: SamplerName;
  /** Part of the traces that a sampler with a ratio takes, from 0 to 1. */
  readonly ratio: number;
}

const samplerVariable = "OTEL_TRACES_SAMPLER";
const ratioVariable = "OTEL_TRACES_SAMPLER_ARG";

export const tracesSettings: SettingsDefinition<TracesSettings> = {
  variables: [
    ...variablesOfExporter("traces"),
    samplerVariable,
    ratioVariable,
    ...variablesOfBatches("OTEL_BSP"),
  ],
  resolve: (lookup, defaults, report) =>
    Effect.map(resolveExporter("traces", lookup, defaults, report), (exporter) => {
      if (exporter === undefined) return undefined;
      const sampler = resolveChoice(lookup, [samplerVariable], samplerNames, report);
      return {
        ...resolveBatches("OTEL_BSP", exporter, lookup, 5_000, report),
        sampler,
        ratio: resolveRatio(sampler, lookup, report),
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

/** One line about where traces are pushed, without secrets. */
export const describeTraces = ({ protocol, ratio, sampler, url }: TracesSettings): string =>
  `Traces are pushed to ${shownUrl(url)} (${protocol}, sampler ${sampler}${sampler.endsWith("traceidratio") ? ` ${ratio}` : ""})`;
