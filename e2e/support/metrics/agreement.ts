import { expect } from "@effect/vitest";
import { readSamples, until } from "@executor/testing";
import type { Sample } from "@executor/testing";
import type { QuerySeries } from "@executor/testing/prometheus";
import { apiClient } from "../daemon/api-client.ts";
import type { Daemon } from "../daemon/daemon.ts";
import { petsDocument } from "../upstreams/document-server.ts";

/** The last value of a series that a receiver or a scrape has. */
export interface StoredSeries {
  readonly name: string;
  /** Sorted; `le` in the shortest digits. */
  readonly labels: string;
  readonly value: number;
}

/** Series by name and labels. */
export type StoredSet = ReadonlyMap<string, StoredSeries>;

/** Of several samples of one series the last. */
export const storedSet = (samples: ReadonlyArray<Sample>): StoredSet =>
  new Map(
    samples.map(({ name, labels, value }) => {
      const text = labelText(labels);
      return [`${name}{${text}}`, { name, labels: text, value }];
    }),
  );

/** Labels as one text that does not depend on their order or on how a bound is written. */
const labelText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${key === "le" ? String(boundOf(value)) : value}`)
    .toSorted()
    .join(",");

const boundOf = (text: string): number => (text === "+Inf" ? Infinity : Number(text));

/** These go on moving with the scrapes, the pushes and the clock themselves. */
const restless =
  /^(process_|nodejs_|effect_fiber_|otel_sdk_|executor_metrics_|http_server_request_duration_seconds)/;

/** The count and the sum of each histogram that does not go on moving, by series. */
export const histogramTotals = (series: StoredSet): ReadonlyMap<string, number> => {
  const histograms = new Set(
    [...series.values()].flatMap(({ name }) => /^(.*)_bucket$/.exec(name)?.[1] ?? []),
  );
  return new Map(
    [...series].flatMap(([identity, { name, value }]) => {
      const family = /^(.*)_(?:count|sum)$/.exec(name)?.[1] ?? "";
      return histograms.has(family) && !restless.test(name) ? [[identity, rounded(value)]] : [];
    }),
  );
};

/** A source's state moves from one series to another, and receivers keep the last point of the one that it left. */
const withoutStates = (series: StoredSet): StoredSet =>
  new Map([...series].filter(([, { name }]) => name !== "executor_source_state"));

/** Waits until two are told apart by what moves of itself only, and compares the rest. */
export const expectAgreement = async (
  read: () => Promise<StoredSet>,
  readPushed: () => Promise<StoredSet>,
): Promise<void> => {
  let scraped: StoredSet = new Map();
  let pushed: StoredSet = new Map();
  const sameNames = async () => {
    const both = await Promise.all([read(), readPushed()]);
    scraped = withoutStates(both[0]);
    pushed = withoutStates(both[1]);
    return (
      scraped.size > 120 &&
      [...scraped.keys()].every((series) => pushed.has(series)) &&
      pushed.size === scraped.size
    );
  };
  await until("the same series are pushed and scraped", sameNames).catch(() => {});
  expect([...pushed.keys()].toSorted()).toEqual([...scraped.keys()].toSorted());
  expect(settled(pushed)).toEqual(settled(scraped));
  expect(settled(pushed).length).toBeGreaterThan(60);
};

/** What `GET /api/metrics` shows now. */
export const scrapeOf = async (daemon: Daemon): Promise<StoredSet> => {
  const { text } = await daemon.request("GET", "/api/metrics");
  return storedSet(readSamples(text));
};

/** Series of Prometheus without the labels that name the target. */
export const toStored = (series: ReadonlyArray<QuerySeries>): StoredSet =>
  storedSet(
    series.map(({ metric: { __name__: name = "", job: _, instance: __, ...labels }, value }) => ({
      name,
      labels,
      value: Number(value[1]),
    })),
  );

/** Records something of most metrics. */
export const makeTraffic = async (daemon: Daemon): Promise<void> => {
  const client = apiClient(daemon);
  await client.addSource({ namespace: "pets", kind: "openapi", document: petsDocument("list") });
  await client.execute("return 1");
  await client.execute("throw new Error('broken')");
  await client.execute("return await tools.pets.list({})");
  await client.execute("return await tools.search({ query: 'pets' })");
  await daemon.request("GET", "/api/tools/nothing.there");
  await daemon.request("GET", "/api/metrics");
  await daemon.request("GET", "/nowhere");
};

/** VictoriaMetrics stores about twelve decimal digits of a value. */
export const rounded = (value: number): number => Number(value.toPrecision(10));

const settled = (series: StoredSet) =>
  [...series]
    .filter(([, { name }]) => !restless.test(name))
    .map(([identity, { value }]) => [identity, rounded(value)] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1));
