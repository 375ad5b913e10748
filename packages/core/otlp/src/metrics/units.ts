import { translateUnit, words } from "@executor/api/prometheus-units";

/** The unit to push in, and what recorded values are divided by to be in it. */
interface PushedUnit {
  /** UCUM. */
  readonly unit: string;
  readonly divisor: number;
}

/** By UCUM code, and by the words that Effect's timers and tags use. */
const units = new Map<string, PushedUnit>();
for (const [code, word] of words) {
  const { divisor } = translateUnit(code);
  const pushed = { unit: divisor === 1 ? code : "s", divisor };
  units.set(code, pushed);
  if (word !== "") units.set(word, pushed);
}

/** Durations are pushed in seconds, as they are scraped, so that both have one name in Prometheus. */
export const toUnit = (text: string): PushedUnit => units.get(text) ?? { unit: text, divisor: 1 };
