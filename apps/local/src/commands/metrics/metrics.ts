import { Command, Options } from "@effect/cli";
import { readSamples } from "@executor/api/metrics-text";
import { Clock, Console, Effect } from "effect";
import { askDaemon } from "../../client/daemon.ts";
import { CommandError } from "../../terminal/command-error.ts";
import { isInteractive, outputWidth, print } from "../../terminal/output.ts";
import { between, flag, terms } from "../options.ts";
import { drawView } from "./draw.ts";
import { live } from "./live.ts";
import { metricsPushCommand } from "./push.ts";
import { makeView, type Reading, viewedMetrics } from "./view.ts";

const options = {
  interval: Options.float("interval").pipe(
    between(0.1, 3_600, "An interval is 0.1 to 3600 seconds."),
    Options.withDescription("Seconds between two readings; 2 unless given"),
    Options.withDefault(2),
  ),
  once: flag("once", "Read once, print and end"),
  top: Options.integer("top").pipe(
    between(1, 1_000, "A number of rows is 1 to 1000."),
    Options.withDescription("How many sources and tools to show; 10 unless given"),
    Options.withDefault(10),
  ),
  ...terms,
};

/** Shows what the daemon does: live on a terminal, once elsewhere. With --json, one line of JSON for each reading. */
export const metricsCommand = Command.make(
  "metrics",
  options,
  ({ interval, once, top, json, port }) => {
    const read = readMetrics(port);
    if (json && !once) return printLines(read, interval);
    if (!json && !once && isInteractive()) {
      return live(read, { intervalSeconds: interval, top, port });
    }
    return Effect.flatMap(read, (reading) => {
      const view = makeView(reading, undefined);
      return print(json, view, drawView(view, { width: outputWidth(), top }));
    });
  },
).pipe(
  Command.withDescription("Watch calls, errors, durations and the daemon itself"),
  Command.withSubcommands([metricsPushCommand]),
);

const readMetrics = (port: number): Effect.Effect<Reading, CommandError> =>
  askDaemon(port, (client) =>
    client.metrics.scrape({ urlParams: { "name[]": viewedMetrics } }),
  ).pipe(
    Effect.flatMap((text) =>
      Effect.try({
        try: () => readSamples(text),
        catch: (error) =>
          new CommandError({
            message: `The metrics of the daemon cannot be read. ${String(error)}`,
          }),
      }),
    ),
    Effect.zipWith(Clock.currentTimeMillis, (samples, at) => ({ at, samples })),
  );

const printLines = (read: ReturnType<typeof readMetrics>, intervalSeconds: number) => {
  let last: Reading | undefined;
  return read.pipe(
    Effect.flatMap((reading) => {
      const view = makeView(reading, last);
      last = reading;
      return Console.log(JSON.stringify(view));
    }),
    Effect.zipRight(Effect.sleep(`${intervalSeconds} seconds`)),
    Effect.forever,
  );
};
