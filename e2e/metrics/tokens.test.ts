import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { readSamples, sumOf } from "@executor/testing";
import { Schema } from "effect";
import { countTokens } from "gpt-tokenizer/esm/encoding/o200k_base";
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { githubDescription } from "../support/upstreams/peers.ts";

const Page = Schema.Struct({
  items: Schema.Array(Schema.Struct({ address: Schema.String })),
  nextCursor: Schema.NullOr(Schema.String),
});
const Tool = Schema.Struct({
  address: Schema.String,
  description: Schema.String,
  inputSchema: Schema.Unknown,
});

describe("tokens of GitHub's tools and replies", () => {
  let daemon: Daemon;
  let upstream: ReturnType<typeof Bun.serve>;
  let texts: ReadonlyArray<string> = [];
  /** What the daemon had counted before it got each text. */
  const counted: Array<number> = [];

  beforeAll(async () => {
    daemon = await startDaemon();
    const url = pathToFileURL(githubDescription()).href;
    upstream = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: async () => {
        const text = texts[counted.length] ?? "";
        counted.push(await read("executor_tool_result_tokens_sum", { executor_source: "texts" }));
        return new Response(text, { headers: { "content-type": "application/json" } });
      },
    });
    await add({ namespace: "github", kind: "openapi", url });
    await add({ namespace: "texts", kind: "openapi", document: givingTexts(upstream.port ?? 0) });
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop(true);
  });

  const add = async (source: Readonly<Record<string, string>>): Promise<void> => {
    expect((await daemon.request("POST", "/api/sources", source)).status).toBe(201);
  };

  const read = async (name: string, labels: Readonly<Record<string, string>>): Promise<number> =>
    sumOf(readSamples((await daemon.request("GET", "/api/metrics")).text), name, labels);

  /** The complete definitions of GitHub's tools, as an MCP server would list them. */
  const definitions = async (): Promise<ReadonlyArray<string>> => {
    const found: Array<string> = [];
    for (let next: string | null = ""; next !== null;) {
      const from = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
      const path = `/api/tools?namespace=github&limit=500${from}`;
      const page = Schema.decodeUnknownSync(Page)((await daemon.request("GET", path)).json());
      for (const { address } of page.items) {
        const answer = await daemon.request("GET", `/api/tools/${address}`);
        const { description, inputSchema } = Schema.decodeUnknownSync(Tool)(answer.json());
        found.push(JSON.stringify({ name: address, description, inputSchema }));
      }
      next = page.nextCursor;
    }
    return found;
  };

  /** The part of `texts` for which the daemon's estimate is within 15 % of the tokenizer's count. */
  const shareWithin15Percent = async (given: ReadonlyArray<string>): Promise<number> => {
    texts = given;
    counted.length = 0;
    const before = await read("executor_tool_result_tokens_sum", { executor_source: "texts" });
    for (let from = 0; from < texts.length; from += callsPerRun) {
      const calls = Math.min(callsPerRun, texts.length - from);
      const code = `for (let call = 0; call < ${calls}; call++) await tools.texts.next({}); return 1`;
      const answer = await daemon.request("POST", "/api/executions", { code });
      expect(answer.json()).toMatchObject({ status: "completed" });
    }
    expect(counted).toHaveLength(texts.length);
    expect(counted[0]).toBe(before);
    counted.push(await read("executor_tool_result_tokens_sum", { executor_source: "texts" }));
    const close = texts.filter((text, index) => {
      const estimate = (counted[index + 1] ?? 0) - (counted[index] ?? 0);
      return Math.abs(estimate / countTokens(text) - 1) <= 0.15;
    });
    return close.length / texts.length;
  };

  it("are within 15 % of the tokenizer's for 98 % of definitions, and summed by source", async () => {
    const all = await definitions();
    expect(all).toHaveLength(1_223);
    expect(await shareWithin15Percent(all)).toBeGreaterThan(0.98);

    const source = { executor_source: "github" };
    const told = await read("executor_tool_definition_tokens_sum", source);
    const tokens = all.reduce((sum, text) => sum + countTokens(text), 0);
    expect(await read("executor_tool_definition_tokens_count", source)).toBe(1_223);
    expect(Math.abs(told / tokens - 1)).toBeLessThan(0.05);
    const listing = (kind: string) => read("executor_tool_listing_tokens", { listing: kind });
    expect(await listing("every_tool")).toBeGreaterThanOrEqual(told);
    expect(await listing("code_mode")).toBeLessThan(told / 100);
  });

  it("are within 15 % of the tokenizer's for 98 % of 1,000 replies", async () => {
    const replies = examples(JSON.parse(await readFile(githubDescription(), "utf8")));
    expect(replies.length).toBeGreaterThan(1_000);
    expect(await shareWithin15Percent(replies.slice(0, 1_000))).toBeGreaterThan(0.98);
  });
});

const callsPerRun = 250;

const givingTexts = (port: number): string =>
  JSON.stringify({
    openapi: "3.0.3",
    info: { title: "Texts", version: "1" },
    servers: [{ url: `http://127.0.0.1:${port}` }],
    paths: {
      "/next": {
        get: { operationId: "next", responses: { default: { description: "A text" } } },
      },
    },
  });

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const member = (value: unknown, key: string): unknown => (isObject(value) ? value[key] : undefined);

const children = (value: unknown): ReadonlyArray<unknown> =>
  isObject(value) ? Object.values(value) : [];

/** The JSON texts of the examples of all replies in a description, in its order. */
const examples = (description: unknown): ReadonlyArray<string> => {
  const resolve = (value: unknown): unknown => {
    const reference = member(value, "$ref");
    return typeof reference === "string"
      ? reference.slice(2).split("/").reduce(member, description)
      : value;
  };
  return children(member(description, "paths"))
    .flatMap(children)
    .flatMap((operation) => children(member(operation, "responses")))
    .flatMap((response) => {
      const content = member(member(resolve(response), "content"), "application/json");
      return children(member(content, "examples")).map((example) =>
        member(resolve(example), "value"),
      );
    })
    .flatMap((value) => (value === undefined ? [] : [JSON.stringify(value)]));
};
