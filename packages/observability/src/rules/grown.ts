import type { PromQl, Where } from "../promql.ts";

/**
 * Increase of a counter in a window, summed by the labels of `keys`, in which a series that begins in the window counts from 0.
 * `increase` alone takes a series' first value for granted: the first 30 failures of a source, made between two scrapes, are 0 to it.
 * A series did begin in the window where its daemon was scraped before the window and did not have it, or where the daemon itself
 * started in it; where the server was down or has just begun to scrape, nobody knows, and `increase` stands.
 */
export const grown = (
  promql: PromQl,
  options: {
    readonly name: string;
    readonly keys: ReadonlyArray<string>;
    readonly where: Where | undefined;
    /** The window in Prometheus's notation, and its length. */
    readonly window: string;
    readonly seconds: number;
  },
): string => {
  const { name, keys, where, window, seconds } = options;
  const series = promql.series(name, where);
  const watched = `${promql.series("executor.build_info")} offset ${window}`;
  const started = `${promql.series("process.uptime")} < ${seconds}`;
  return promql.sum(
    name,
    keys,
    [
      "",
      `  (${series} unless ${series} offset ${window})`,
      `    and on (job, instance) (${watched} or ${started})`,
      `  or ${promql.increase(name, window, where)}`,
      "",
    ].join("\n"),
  );
};
