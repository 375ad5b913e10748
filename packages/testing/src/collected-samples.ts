import { familyName, labelName, translateUnit } from "@executor/api/prometheus-names";
import type { Sample } from "./exposition.ts";
import { list, member, texts } from "./json.ts";

/** `ResourceMetrics` of OTLP's JSON as the samples that Prometheus would make of their points, in order. */
export const collectedSamples = (resources: ReadonlyArray<unknown>): ReadonlyArray<Sample> =>
  resources
    .flatMap((resource) => list(member(resource, "scopeMetrics")))
    .flatMap((scope) => list(member(scope, "metrics")))
    .flatMap((metric) => [...samplesOf(metric)]);

function* samplesOf(metric: unknown): Generator<Sample> {
  const name = String(member(metric, "name"));
  const { unit = "" } = texts(metric);
  const sum = member(metric, "sum");
  const histogram = member(metric, "histogram");
  const exponential = member(metric, "exponentialHistogram");
  const isCounter = member(sum, "isMonotonic") === true;
  const isHistogram = (histogram ?? exponential) !== undefined;
  const type = isCounter ? "counter" : isHistogram ? "histogram" : "gauge";
  const family = familyName(name, type, translateUnit(unit), unit === "1");
  for (const point of list(member(histogram, "dataPoints"))) {
    yield* bucketsOf(family, labelsOf(point), point);
  }
  for (const point of list(member(exponential, "dataPoints"))) {
    yield* totalsOf(family, labelsOf(point), point);
  }
  for (const point of list(member(sum ?? member(metric, "gauge"), "dataPoints"))) {
    const value = Number(member(point, "asDouble") ?? member(point, "asInt"));
    yield { name: isCounter ? `${family}_total` : family, labels: labelsOf(point), value };
  }
}

function* bucketsOf(
  family: string,
  labels: Readonly<Record<string, string>>,
  point: unknown,
): Generator<Sample> {
  const bounds = [...list(member(point, "explicitBounds")).map(String), "+Inf"];
  let counted = 0;
  for (const [index, count] of list(member(point, "bucketCounts")).entries()) {
    counted += Number(count);
    const le = bounds[index] ?? "";
    yield { name: `${family}_bucket`, labels: { ...labels, le }, value: counted };
  }
  yield* totalsOf(family, labels, point);
}

function* totalsOf(
  family: string,
  labels: Readonly<Record<string, string>>,
  point: unknown,
): Generator<Sample> {
  yield { name: `${family}_count`, labels, value: Number(member(point, "count")) };
  yield { name: `${family}_sum`, labels, value: Number(member(point, "sum")) };
}

const labelsOf = (point: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    list(member(point, "attributes")).map((attribute) => [
      labelName(String(member(attribute, "key"))),
      String(member(attribute, "value", "stringValue")),
    ]),
  );
