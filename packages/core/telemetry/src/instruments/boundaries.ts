import { MetricBoundaries } from "effect";

/**
 * Bounds are compared by reference in Effect's registry, so every histogram shares one of these objects.
 * Effect appends `+Inf` to each.
 */

const durationBounds = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

/** Seconds; the bounds of OpenTelemetry's MCP conventions for `mcp.*.operation.duration`. */
export const durationSeconds = MetricBoundaries.fromIterable(durationBounds);

/** Seconds; {@link durationSeconds} carried on to half an hour, for whole executions and for people. */
export const longDurationSeconds = MetricBoundaries.fromIterable([...durationBounds, 600, 1800]);

/** Seconds; the bounds of OpenTelemetry's HTTP conventions for `http.*.request.duration`. */
export const httpDurationSeconds = MetricBoundaries.fromIterable([
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]);

const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
const sizeBounds = [
  256,
  kibibyte,
  4 * kibibyte,
  16 * kibibyte,
  64 * kibibyte,
  256 * kibibyte,
  mebibyte,
  4 * mebibyte,
];

/** Bytes, 256 B to 4 MiB in steps of four. */
export const sizeBytes = MetricBoundaries.fromIterable(sizeBounds);

/** Bytes; {@link sizeBytes} with the sizes a sandbox's memory reaches. */
export const memoryBytes = MetricBoundaries.fromIterable([
  ...sizeBounds,
  16 * mebibyte,
  64 * mebibyte,
]);
