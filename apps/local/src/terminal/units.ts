import { DateTime } from "effect";

/** A moment in this machine's time zone: `2026-05-01 09:30:00`. */
export const time = (moment: DateTime.Utc): string =>
  // Swedes write times as ISO 8601 does, with a space between day and clock.
  DateTime.toDate(moment).toLocaleString("sv");

/** A number with its noun: `1 tool`, `2 tools`. */
export const count = (number: number, noun: string): string =>
  `${number} ${noun}${number === 1 ? "" : "s"}`;

/** A duration in a readable unit: `250 µs`, `1.5 ms`, `12.3 s`, `5 min`, `3 h`. */
export const seconds = (value: number): string => {
  if (value === 0) return "0 s";
  if (value < 0.001) return `${significant(value * 1e6)} µs`;
  if (value < 1) return `${significant(value * 1e3)} ms`;
  if (value < 120) return `${significant(value)} s`;
  if (value < 7200) return `${significant(value / 60)} min`;
  return `${significant(value / 3600)} h`;
};

const binary = ["B", "KiB", "MiB", "GiB"] as const;

/** An amount of memory: `312 MiB`. */
export const bytes = (value: number): string => {
  const power = Math.min(binary.length - 1, Math.floor(Math.log2(Math.max(value, 1)) / 10));
  return `${significant(value / 1024 ** power)} ${binary[power]}`;
};

/** A number rounded to three significant digits; from 100 on, to an integer. */
export const significant = (value: number): string =>
  Math.abs(value) >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)));
