import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProcess } from "@executor/testing/process";
import { freePort } from "@executor/testing";

export interface StoredSeries {
  readonly name: string;
  /** Sorted; `le` in the shortest digits. */
  readonly labels: string;
  readonly value: number;
}

export interface OtlpVictoriaMetrics {
  /** Where metrics are pushed to. */
  readonly pushUrl: string;
  /** The last value of every series, by name and labels. */
  readonly stored: () => Promise<ReadonlyMap<string, StoredSeries>>;
  /** What the server has logged that is a warning or worse. */
  readonly complaints: () => ReadonlyArray<string>;
  readonly stop: () => Promise<void>;
}

/** A server with an empty database that takes metrics over OTLP and gives them Prometheus's names. */
export const startOtlpVictoriaMetrics = async (binary: string): Promise<OtlpVictoriaMetrics> => {
  const directory = mkdtempSync(join(tmpdir(), "executor-otlp-"));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: "VictoriaMetrics",
    command: binary,
    args: [
      `-storageDataPath=${join(directory, "data")}`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-memory.allowedBytes=256MiB",
      "-opentelemetry.usePrometheusNaming",
      "-opentelemetry.promoteAllResourceAttributes=false",
      "-opentelemetry.promoteScopeMetadata=false",
      "-search.latencyOffset=0",
    ],
  });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    await server.until("it was ready", async () => (await fetch(`${url}/health`)).ok, 15_000);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    pushUrl: `${url}/opentelemetry/v1/metrics`,
    stored: async () => {
      await fetch(`${url}/internal/force_flush`);
      const matcher = encodeURIComponent('{__name__!=""}');
      const lines = await (await fetch(`${url}/api/v1/export?match[]=${matcher}`)).text();
      return toSeries(lines.split("\n").filter((line) => line !== ""));
    },
    complaints: () =>
      server
        .log()
        .split("\n")
        .filter((line) => /\t(warn|error|panic|fatal)\t/.test(line)),
    stop,
  };
};

/** Lines of VictoriaMetrics' export: `{"metric":{...},"values":[...],"timestamps":[...]}`. */
const toSeries = (lines: ReadonlyArray<string>): ReadonlyMap<string, StoredSeries> => {
  const all = new Map<string, StoredSeries>();
  for (const line of lines) {
    const row: unknown = JSON.parse(line);
    if (!isRow(row)) throw new Error(`VictoriaMetrics exported something else: ${line}`);
    const { __name__: name = "", ...labels } = row.metric;
    const series = {
      name,
      labels: labelText(labels),
      value: Number(row.values.at(-1)),
    };
    all.set(`${name}{${series.labels}}`, series);
  }
  return all;
};

/** Labels as one text that does not depend on their order or on how a bound is written. */
export const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${key === "le" ? String(boundOf(value)) : value}`)
    .toSorted()
    .join(",");

const boundOf = (text: string): number => (text === "+Inf" ? Infinity : Number(text));

interface Row {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: ReadonlyArray<unknown>;
}

const isRow = (row: unknown): row is Row =>
  typeof row === "object" && row !== null && "metric" in row && "values" in row;
