import { Schema } from "effect";
import { addGitHub, ask, withDaemon } from "./daemons.ts";
import { ratio, section, spread, table } from "../support/markdown.ts";
import { median, time, timeEach } from "../support/statistics.ts";

const queries = [
  "list issues of a repository",
  "create a pull request",
  "get a repository",
  "rotate secret",
  "workflow runs",
  "who starred this",
  "delete branch protection",
  "repos.get",
  "github.actions.listRepoWorkflows",
  "codespaces billing for an organization",
];
const rounds = 30;
const largest = 10;

const Page = Schema.parseJson(
  Schema.Struct({
    items: Schema.Array(Schema.Struct({ address: Schema.String })),
    nextCursor: Schema.NullOr(Schema.String),
  }),
);

/** Listing, searching and describing tools with GitHub added, one request after another. */
export const benchmarkReading = (): Promise<void> =>
  withDaemon(async (daemon) => {
    section("Reading, with GitHub added");
    await addGitHub(daemon);
    const get = (path: string): Promise<string> => ask(daemon, "GET", path);
    const floor = await timeEach(300, () => get("/api/health"), 100);

    const addresses: Array<string> = [];
    for (let cursor: string | null = ""; cursor !== null;) {
      const page = await get(
        `/api/tools?limit=1000&namespace=github${cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const { items, nextCursor } = Schema.decodeSync(Page)(page);
      addresses.push(...items.map(({ address }) => address));
      cursor = nextCursor;
    }
    const sizes: Array<{ readonly address: string; readonly bytes: number }> = [];
    const firstTimes: Array<number> = [];
    for (const address of addresses) {
      let text = "";
      firstTimes.push(
        await time(async () => {
          text = await get(`/api/tools/${address}`);
        }),
      );
      sizes.push({ address, bytes: text.length });
    }
    const giants = sizes.toSorted((a, b) => b.bytes - a.bytes).slice(0, largest);
    const path = (query: string): string => `/api/tools?query=${encodeURIComponent(query)}`;
    const measured: ReadonlyArray<readonly [string, ReadonlyArray<number>]> = [
      ["`GET /api/health`: the floor of every request", floor],
      ["list 50 tools", await timeEach(200, () => get("/api/tools"), 10)],
      ["list 1,000 tools", await timeEach(60, () => get("/api/tools?limit=1000"), 5)],
      [
        `search, ${queries.length} queries`,
        await timeEach(
          queries.length * rounds,
          (index) => get(path(queries[index % queries.length] ?? "")),
          queries.length,
        ),
      ],
      ["each tool once, the first time", firstTimes],
      [
        `the ${largest} largest tools again (${Math.round((giants[0]?.bytes ?? 0) / 1000)} kB at most)`,
        await timeEach(
          largest * rounds,
          (index) => get(`/api/tools/${giants[index % largest]?.address ?? ""}`),
          largest,
        ),
      ],
      ["`GET /api/metrics`", await timeEach(200, () => get("/api/metrics"), 10)],
    ];
    table(
      ["one request at a time, ms", "median", "p99", "requests", "ratio of medians"],
      measured.map(([name, values]) => [
        name,
        ...spread(values),
        ratio(median(values), median(floor)),
      ]),
    );
  });
