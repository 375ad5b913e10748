/** Words that Effect's timers and tags use for units, and their UCUM codes. */
const codes = new Map(
  Object.entries({
    days: "d",
    hours: "h",
    minutes: "min",
    seconds: "s",
    milliseconds: "ms",
    microseconds: "us",
    nanoseconds: "ns",
    bytes: "By",
    kibibytes: "KiBy",
    mebibytes: "MiBy",
    gibibytes: "GiBy",
    tibibytes: "TiBy",
    kilobytes: "KBy",
    megabytes: "MBy",
    gigabytes: "GBy",
    terabytes: "TBy",
    meters: "m",
    volts: "V",
    amperes: "A",
    joules: "J",
    watts: "W",
    grams: "g",
    celsius: "Cel",
    hertz: "Hz",
    percent: "%",
  }),
);

const known = new Set([...codes.values(), "1"]);

const secondDivisors = new Map([
  ["ms", 1e3],
  ["us", 1e6],
  ["ns", 1e9],
]);

/** Whether this names a unit: in UCUM, in words, or as an annotation such as `{call}`. */
export const isUnit = (text: string): boolean =>
  known.has(text) || codes.has(text) || /^\{[^{}]*\}$/.test(text);

/**
 * The UCUM unit to push in, and what recorded values are divided by to be in it. Durations are pushed in seconds, as they are
 * scraped, so that both have one name in Prometheus.
 */
export const toUnit = (text: string): { readonly unit: string; readonly divisor: number } => {
  const code = codes.get(text) ?? text;
  const divisor = secondDivisors.get(code);
  return divisor === undefined ? { unit: code, divisor: 1 } : { unit: "s", divisor };
};
