import { counter, durationSeconds, histogram } from "@executor/telemetry";
import { Effect } from "effect";
import { decimals, section, table } from "../support/markdown.ts";
import { median } from "../support/statistics.ts";
import { makePeer, workload } from "./subject.ts";

/** As many label sets as a gateway with a thousand tools has. */
const tools = 1_000;
const callsAtOnce = 20_000;
const rounds = 31;

const toolCalls = counter({
  name: "benchmark.tool.calls",
  description: "Calls.",
  unit: "{call}",
  labels: ["mcp.tool.name", "executor.source", "outcome"],
});
const toolCallDuration = histogram({
  name: "benchmark.tool.call.duration",
  description: "Time of a call.",
  unit: "s",
  labels: ["mcp.tool.name", "executor.source"],
  boundaries: durationSeconds,
});
const toolCallErrors = counter({
  name: "benchmark.tool.call.errors",
  description: "Failed calls.",
  unit: "{error}",
  labels: ["executor.source", "error.type"],
});

const addresses = Array.from(
  { length: tools },
  (_, index) => `source-${index % 100}.tool_${index}`,
);
const sources = Array.from({ length: tools }, (_, index) => `source-${index % 100}`);

/** What the invoker of tools records for a call that failed: a counter, a histogram, a counter. */
const recordCall = (index: number, seconds: number): void => {
  const source = sources[index] ?? "";
  const labels = { "mcp.tool.name": addresses[index] ?? "", "executor.source": source };
  toolCalls.add(1, { ...labels, outcome: "tool_error" });
  toolCallDuration.record(seconds, labels);
  toolCallErrors.add(1, { "executor.source": source, "error.type": "http_500" });
};

/** Nanoseconds that the measurements of one tool call take. The peers' label objects are made beforehand. */
export const recording = async (): Promise<void> => {
  section("Recording one tool call: a counter, a histogram, a counter");
  const load = workload(tools);
  const promClient = await makePeer("prom-client.js", load);
  const openTelemetry = await makePeer("opentelemetry.js", load);
  const subjects = [
    ["Executor", recordCall],
    ...(
      [
        ["prom-client", promClient],
        ["OpenTelemetry JS", openTelemetry],
      ] as const
    ).map(
      ([name, peer]) =>
        [
          name,
          (index: number, seconds: number) => {
            peer.add(index, 1);
            peer.observe(index, seconds);
            peer.add(index, 1);
          },
        ] as const,
    ),
  ] as const;
  const times = subjects.map(() => new Array<number>());
  for (let round = -5; round < rounds; round += 1) {
    for (const [at, [, record]] of subjects.entries()) {
      // Inside of a fiber, as in the product: recording looks for the span there.
      const taken = Effect.runSync(Effect.sync(() => timeCalls(record)));
      if (round >= 0) times[at]?.push(taken);
    }
  }
  const own = median(times[0] ?? []);
  table(
    ["", "median ns", "least ns", "times Executor's"],
    subjects.map(([name], at) => {
      const taken = times[at] ?? [];
      const middle = median(taken);
      return [name, decimals(middle), decimals(Math.min(...taken)), (middle / own).toFixed(1)];
    }),
  );
};

const timeCalls = (record: (index: number, seconds: number) => void): number => {
  const start = performance.now();
  for (let call = 0; call < callsAtOnce; call += 1) record(call % tools, (call % 977) / 100);
  return ((performance.now() - start) * 1e6) / callsAtOnce;
};
