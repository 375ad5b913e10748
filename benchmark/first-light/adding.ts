import type { Daemon } from "../../e2e/support/daemon/daemon.ts";
import { githubDescription } from "../../e2e/support/upstreams/peers.ts";
import { inChild } from "./children.ts";
import { addGitHub, ask, withDaemon } from "./daemons.ts";
import { mebibytes, decimals, ratio, section, table } from "../support/markdown.ts";
import { Parsed, parserNames } from "./parser-peers.ts";
import { cpuMillis, residentBytes } from "./process-use.ts";
import { median, p99, time, timeEach } from "../support/statistics.ts";

const daemons = 5;
const peerRuns = 3;
const probePauseMillis = 5;
const settleMillis = 3_000;

interface Added {
  readonly millis: number;
  readonly cpuMillis: number;
  readonly peakBytesBefore: number;
  readonly peakBytes: number;
  readonly residentBytesAfter: number;
  /** 99th percentile of another client's waits, and the longest. */
  readonly waitMillis: number;
  readonly longestWaitMillis: number;
}

/** How long another client waited each time for `GET /api/health` while `work` was under way. */
const waitsDuring = async (
  daemon: Daemon,
  work: Promise<unknown>,
): Promise<ReadonlyArray<number>> => {
  const state = { isOver: false };
  const over = work.finally(() => {
    state.isOver = true;
  });
  const waits: Array<number> = [];
  while (!state.isOver) {
    waits.push(await time(() => ask(daemon, "GET", "/api/health")));
    await Bun.sleep(probePauseMillis);
  }
  await over;
  return waits;
};

const addOnce = (): Promise<Added> =>
  withDaemon(async (daemon) => {
    await timeEach(5, () => ask(daemon, "GET", "/api/health"));
    const peakBytesBefore = daemon.peakMemoryBytes();
    const cpuBefore = cpuMillis(daemon.pid);
    const adding = time(() => addGitHub(daemon));
    const waits = await waitsDuring(daemon, adding);
    const added = {
      millis: await adding,
      cpuMillis: cpuMillis(daemon.pid) - cpuBefore,
      peakBytesBefore,
      peakBytes: daemon.peakMemoryBytes(),
      waitMillis: p99(waits),
      longestWaitMillis: Math.max(...waits),
    };
    await Bun.sleep(settleMillis);
    return { ...added, residentBytesAfter: residentBytes(daemon.pid) };
  });

/** Adding GitHub's whole description to a fresh daemon, beside what parsers alone need for it. */
export const benchmarkAdding = async (): Promise<void> => {
  section("Adding GitHub's whole description (13 MB, 1,223 tools)");
  const runs: Array<Added> = [];
  const peers = new Map(parserNames.map((name) => [name, new Array<typeof Parsed.Type>()]));
  for (let run = 0; run < daemons; run += 1) {
    runs.push(await addOnce());
    if (run >= peerRuns) continue;
    for (const [name, found] of peers) {
      const argument = JSON.stringify([name, githubDescription()]);
      found.push(await inChild(Parsed, "parse", argument));
    }
  }
  const middle = (field: keyof Added): number => median(runs.map((run) => run[field]));
  const reference = middle("millis");
  table(
    ["median", "ms", "ratio", "peak RSS, MiB"],
    [
      ["**`POST /api/sources`**", decimals(reference), "1.00 x", mebibytes(middle("peakBytes"))],
      ...Array.from(peers, ([name, found]) => {
        const took = median(found.map((run) => run.millis));
        const peak = median(found.map((run) => run.peakBytes));
        return [name, decimals(took), ratio(took, reference), mebibytes(peak)];
      }),
    ],
  );
  table(
    ["`POST /api/sources`", "median", "worst"],
    [
      ["wall time, ms", ...middleAndWorst(runs, "millis", decimals)],
      ["CPU time of all threads, ms", ...middleAndWorst(runs, "cpuMillis", decimals)],
      ["another client's wait meanwhile, p99, ms", ...middleAndWorst(runs, "waitMillis", decimals)],
      [
        "another client's longest wait meanwhile, ms",
        ...middleAndWorst(runs, "longestWaitMillis", decimals),
      ],
      ["peak RSS before, MiB", ...middleAndWorst(runs, "peakBytesBefore", mebibytes)],
      ["peak RSS, MiB", ...middleAndWorst(runs, "peakBytes", mebibytes)],
      [
        `RSS ${settleMillis / 1000} s later, MiB`,
        ...middleAndWorst(runs, "residentBytesAfter", mebibytes),
      ],
    ],
  );
};

const middleAndWorst = (
  runs: ReadonlyArray<Added>,
  field: keyof Added,
  format: (value: number) => string,
): ReadonlyArray<string> => {
  const values = runs.map((run) => run[field]);
  return [format(median(values)), format(Math.max(...values))];
};
