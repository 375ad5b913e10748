/** A duration in Prometheus's notation, `speed` times as short; `5m`, `90s`, or with milliseconds where it is not whole. */
export const duration = (seconds: number, speed: number): string => {
  const millis = Math.max(1, Math.round((seconds * 1_000) / speed));
  if (millis % 3_600_000 === 0) return `${millis / 3_600_000}h`;
  if (millis % 60_000 === 0) return `${millis / 60_000}m`;
  if (millis % 1_000 === 0) return `${millis / 1_000}s`;
  return `${millis}ms`;
};

export const minute = 60;
export const hour = 60 * minute;
