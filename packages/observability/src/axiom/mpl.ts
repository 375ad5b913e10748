import { instrument, labelOf } from "../instruments.ts";

/** Axiom's Metrics Processing Language over what the daemon pushes: OpenTelemetry's names, and labels as tags. */
export class Mpl {
  readonly #dataset: string;

  constructor(dataset: string) {
    this.#dataset = dataset;
  }

  /** A counter's rate per second, summed by these labels; `where` has the values that a label may have. */
  rate(
    name: string,
    keys: ReadonlyArray<string>,
    where: Readonly<Record<string, ReadonlyArray<string>>> = {},
  ): string {
    return this.#pipeline(name, "counter", [
      ...filters(name, where),
      "align to 5m using prom::rate",
      group(name, keys, "sum"),
    ]);
  }

  /** A gauge's last value. */
  last(name: string, keys: ReadonlyArray<string>, using: "sum" | "max" | "min"): string {
    return this.#pipeline(name, "gauge", ["align to 1m using last", group(name, keys, using)]);
  }

  /** Quantiles of a histogram that is pushed with cumulative temporality, the daemon's default. */
  quantiles(
    name: string,
    keys: ReadonlyArray<string>,
    ...quantiles: ReadonlyArray<number>
  ): string {
    const by = keys.length === 0 ? "" : `by ${tags(name, keys)} `;
    return this.#pipeline(name, "histogram", [
      `bucket ${by}to 5m using interpolate_cumulative_histogram(rate, ${quantiles.join(", ")})`,
    ]);
  }

  /** One pipeline's values divided by another's. */
  ratio(name: string, part: string, whole: string): string {
    return `(\n${part},\n${whole}\n)\n| compute ${name} using /`;
  }

  #pipeline(name: string, type: string, steps: ReadonlyArray<string>): string {
    const { definition } = instrument(name);
    if (definition.type !== type) throw new Error(`${name} is a ${definition.type}.`);
    return [`${quoted(this.#dataset)}:${quoted(name)}`, ...steps.map((step) => `| ${step}`)].join(
      "\n",
    );
  }
}

const quoted = (identifier: string): string => `\`${identifier}\``;

/** Tags have the labels' OpenTelemetry names; a label that the instrument does not have is refused. */
const tags = (name: string, keys: ReadonlyArray<string>): string =>
  keys
    .map((key) => {
      labelOf(name, key);
      return quoted(key);
    })
    .join(", ");

const group = (name: string, keys: ReadonlyArray<string>, using: string): string =>
  keys.length === 0 ? `group using ${using}` : `group by ${tags(name, keys)} using ${using}`;

const filters = (name: string, where: Readonly<Record<string, ReadonlyArray<string>>>) =>
  Object.entries(where).map(
    ([key, values]) =>
      `where ${values.map((value) => `${tags(name, [key])} == ${JSON.stringify(value)}`).join(" or ")}`,
  );
