import { parseArgs } from "node:util";
import { defaultSettings, defaultThresholds } from "./settings.ts";
import type { Settings, Thresholds } from "./settings.ts";

export interface Arguments {
  readonly settings: Settings;
  /** Where to write for an operator; where the repository keeps them unless given. */
  readonly out: string | undefined;
}

/** Reads `--out DIR --selector 'job="x"' --speed 60 --set name=value --axiom-dataset NAME`. Throws where it cannot. */
export const readArguments = (args: ReadonlyArray<string>): Arguments => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      out: { type: "string" },
      selector: { type: "string", default: defaultSettings.selector },
      speed: { type: "string", default: "1" },
      set: { type: "string", multiple: true, default: [] },
      "axiom-dataset": { type: "string", default: defaultSettings.axiomDataset },
    },
  });
  return {
    out: values.out,
    settings: {
      selector: values.selector,
      speed: positive("--speed", values.speed),
      thresholds: withThresholds(values.set),
      axiomDataset: values["axiom-dataset"],
    },
  };
};

const positive = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new Error(`${name} is a number above 0.`);
  return value;
};

const withThresholds = (assignments: ReadonlyArray<string>): Thresholds => {
  const chosen = assignments.map((assignment) => {
    const [name = "", value = ""] = assignment.split("=", 2);
    if (!(name in defaultThresholds)) {
      throw new Error(
        `There is no threshold ${name}. There are ${Object.keys(defaultThresholds).join(", ")}.`,
      );
    }
    return [name, positive(`--set ${name}`, value)] as const;
  });
  return { ...defaultThresholds, ...Object.fromEntries(chosen) };
};
