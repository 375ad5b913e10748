import { existsSync } from "node:fs";
import { join } from "node:path";

/** What is measured: `size` counters, and a tenth as many histograms, each with three labels. */
export interface Workload {
  readonly size: number;
  readonly labelNames: ReadonlyArray<string>;
  readonly labelsOf: (index: number) => Readonly<Record<string, string>>;
  readonly bounds: ReadonlyArray<number>;
}

export interface Subject {
  readonly add: (index: number, amount: number) => void;
  readonly observe: (index: number, value: number) => void;
  /** The text of an exposition, or its parts in UTF-8. */
  readonly render: () => unknown;
}

const sources = 100;
const outcomes = ["ok", "tool_error", "timeout"];

export const workload = (size: number): Workload => ({
  size,
  labelNames: ["executor_source", "mcp_tool_name", "outcome"],
  labelsOf: (index) => ({
    executor_source: `source-${index % sources}`,
    mcp_tool_name: `source-${index % sources}.resource.operation_${index}`,
    outcome: outcomes[index % outcomes.length] ?? "",
  }),
  bounds: [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300],
});

/** Records to a random share of all series. */
export const change = ({ size }: Workload, subject: Subject, share: number): void => {
  for (let index = 0; index < size; index += 1) {
    if (share < 1 && Math.random() >= share) continue;
    subject.add(index, 1 + Math.floor(Math.random() * 20));
  }
  for (let index = 0; index < size / 10; index += 1) {
    if (share < 1 && Math.random() >= share) continue;
    subject.observe(index, Math.floor(Math.random() * 2e6) / 1e5);
  }
};

/** A peer by its file in `peers`, which the workspace does not know. */
export const makePeer = async (file: string, load: Workload): Promise<Subject> => {
  const peers = join(import.meta.dirname, "peers");
  if (!existsSync(join(peers, "node_modules"))) {
    throw new Error(
      "The peers are missing. Install them: bun install --cwd benchmark/exposition/peers",
    );
  }
  const module: unknown = await import(join(peers, file));
  if (!hasMake(module)) throw new Error(`${file} makes no peer.`);
  return module.make(load);
};

const hasMake = (module: unknown): module is { readonly make: (load: Workload) => Subject } =>
  typeof module === "object" &&
  module !== null &&
  "make" in module &&
  typeof module.make === "function";
