import { startVictoriaMetrics } from "@executor/testing/victoria-metrics";
import { storedSet } from "./agreement.ts";
import type { StoredSet } from "./agreement.ts";

export interface OtlpVictoriaMetrics {
  /** Where metrics are pushed to. */
  readonly pushUrl: string;
  /** The last value of every series, by name and labels. */
  readonly stored: () => Promise<StoredSet>;
  /** Warnings and errors in the server's log. */
  readonly complaints: () => ReadonlyArray<string>;
  readonly stop: () => Promise<void>;
}

/** A server with an empty database that takes metrics over OTLP and gives them Prometheus's names. */
export const startOtlpVictoriaMetrics = async (binary: string): Promise<OtlpVictoriaMetrics> => {
  const { url, complaints, stop } = await startVictoriaMetrics(binary, () => [
    "-opentelemetry.usePrometheusNaming",
    "-opentelemetry.promoteAllResourceAttributes=false",
    "-opentelemetry.promoteScopeMetadata=false",
    "-search.latencyOffset=0",
  ]);
  return {
    pushUrl: `${url}/opentelemetry/v1/metrics`,
    stored: async () => {
      await fetch(`${url}/internal/force_flush`);
      const matcher = encodeURIComponent('{__name__!=""}');
      const lines = await (await fetch(`${url}/api/v1/export?match[]=${matcher}`)).text();
      return toSeries(lines.split("\n").filter((line) => line !== ""));
    },
    complaints,
    stop,
  };
};

/** Lines of VictoriaMetrics' export: `{"metric":{...},"values":[...],"timestamps":[...]}`. */
const toSeries = (lines: ReadonlyArray<string>): StoredSet =>
  storedSet(
    lines.map((line) => {
      const row: unknown = JSON.parse(line);
      if (!isRow(row)) throw new Error(`VictoriaMetrics exported something else: ${line}`);
      const { __name__: name = "", ...labels } = row.metric;
      return { name, labels, value: Number(row.values.at(-1)) };
    }),
  );

interface Row {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: ReadonlyArray<unknown>;
}

const isRow = (row: unknown): row is Row =>
  typeof row === "object" && row !== null && "metric" in row && "values" in row;
