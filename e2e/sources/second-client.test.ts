import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort } from "@executor/testing";
import { createServer } from "node:http";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { at, drawing, hasForm, isObject, isParsed } from "../support/second-client/descriptions.ts";
import type { DrawnOperation, Json, JsonObject } from "../support/second-client/descriptions.ts";
import { explain } from "../support/second-client/differences.ts";
import { differencesOf, factsOf } from "../support/second-client/facts.ts";
import type { WireRequest } from "../support/second-client/facts.ts";
import { drawInput } from "../support/second-client/inputs.ts";
import type { DrawnInput } from "../support/second-client/inputs.ts";
import { randomFrom } from "../support/second-client/random.ts";
import { loadSampler, secondClient } from "../support/second-client/swagger.ts";

const seed = Number(process.env["EXECUTOR_SEED"] ?? "1");
const wanted = Number(process.env["EXECUTOR_OPERATIONS"] ?? "100");

const arrivals: Array<WireRequest> = [];
/** Node's server, because Bun's leaves out the body of a GET. */
const echo = createServer((request, response) => {
  const chunks: Array<Uint8Array> = [];
  request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
  request.on("end", () => {
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) headers.set(name, String(value));
    const { method = "", url = "" } = request;
    arrivals.push({ method, url: origin + url, headers, body: Buffer.concat(chunks) });
    response.writeHead(204).end();
  });
});
const port = await freePort();
const origin = `http://127.0.0.1:${port}`;
await new Promise<void>((resolve) => {
  echo.listen(port, "127.0.0.1", resolve);
});
let daemon: Daemon;
beforeAll(async () => {
  daemon = await startDaemon();
  const policies = [{ pattern: `${namespace}.*`, decision: "allow" }];
  expect((await daemon.request("PUT", "/api/policies", policies)).status).toBe(200);
});
afterAll(async () => {
  await daemon.stop();
  echo.close();
});

const namespace = "drawn";
/** The description that the source has. */
let added = "";
const sample = await loadSampler();
const second = await secondClient();

/** Why an operation could not be compared, or what the comparison found. */
type Outcome =
  | { readonly skipped: string }
  | { readonly explained: ReadonlyArray<string>; readonly unexplained: ReadonlyArray<unknown> };

const compare = async (
  drawn: DrawnOperation,
  draw: (inputSchema: Json) => DrawnInput | undefined,
): Promise<Outcome> => {
  const api = apiClient(daemon);
  const document = JSON.stringify(drawn.document);
  if (document !== added) {
    await daemon.request("DELETE", `/api/sources/${namespace}`);
    await api.addSource({ namespace, kind: "openapi", document, baseUrl: origin });
    added = document;
  }
  const [tool] = (await api.searchTools({ namespace })).items;
  if (tool === undefined) return { skipped: "no tool" };
  const { inputSchema }: { readonly inputSchema: unknown } = await api.tool(tool.address);
  const made = isParsed(inputSchema) ? draw(inputSchema) : undefined;
  if (made === undefined) return { skipped: "no value for the body" };
  arrivals.length = 0;
  const call = `tools.${tool.address}(${JSON.stringify(made.input)})`;
  const { output } = await api.execute(
    `try { await ${call}; return ""; } catch (error) { return error.message; }`,
  );
  const said = String(output?.value);
  const ours = arrivals.pop();
  if (said.includes("is not valid")) return { skipped: "the sampled input is not valid" };
  if (said !== "" || ours === undefined) {
    return { explained: [], unexplained: [{ input: made.input, said }] };
  }
  const theirs = await second.build(drawn.document, drawn.path, origin, made.second);
  const headers = new Set(
    Object.keys(made.second.parameters).flatMap((id) =>
      id.startsWith("header.") ? [id.slice("header.".length).toLowerCase()] : [],
    ),
  );
  const content = at(drawn.operation, "requestBody", "content", made.second.contentType ?? "");
  const encoding = at(content, "encoding");
  const { explained, rest } = explain({
    differences: differencesOf(factsOf(ours, headers), factsOf(theirs, headers)),
    path: drawn.path,
    body: made.input["body"],
    contentType: made.second.contentType,
    encoded: new Set(isObject(encoding) ? Object.keys(encoding) : []),
    parameters: made.second.parameters,
  });
  return {
    explained,
    unexplained: rest.length === 0 ? [] : [{ input: made.input, differences: rest }],
  };
};

describe("requests of operations that are drawn at random", () => {
  it.each([
    ["any", wanted, () => true],
    ["forms and files", Math.ceil(wanted / 4), hasForm],
  ] as const)(
    `are those that a second client makes: %s (EXECUTOR_SEED=${seed})`,
    async (kind, total, isWanted) => {
      const random = randomFrom(seed);
      const skipped = new Map<string, number>();
      const explained = new Map<string, number>();
      const unexplained: Array<unknown> = [];
      const count = (counts: Map<string, number>, name: string): void => {
        counts.set(name, (counts.get(name) ?? 0) + 1);
      };
      let compared = 0;
      const draw = drawing(random, isWanted);
      while (compared < total) {
        const drawn = draw();
        const outcome = await compare(drawn, (schema) => drawInput(schema, drawn, sample, random));
        if ("skipped" in outcome) {
          count(skipped, outcome.skipped);
          continue;
        }
        compared += 1;
        for (const name of outcome.explained) count(explained, name);
        for (const found of outcome.unexplained) {
          unexplained.push({ at: `${drawn.from} ${drawn.method} ${drawn.path}`, found });
        }
      }
      console.log(
        `Seed ${seed}, ${kind}: ${compared} operations compared, ${unexplained.length} with an unexplained difference.`,
        { explained: Object.fromEntries(explained), skipped: Object.fromEntries(skipped) },
      );
      expect(unexplained).toEqual([]);
    },
    600_000,
  );
});

const text = ":/?#[]@!$&'()*+,;= %|ü.~";

/** Every style of every place, with and without `explode` and `allowReserved`, with content, and in forms. */
const styles: ReadonlyArray<JsonObject & { readonly in: string }> = [
  ...["simple", "label", "matrix"].map((style) => ({ in: "path", style })),
  ...["form", "spaceDelimited", "pipeDelimited", "deepObject"].map((style) => ({
    in: "query",
    style,
  })),
  { in: "query", style: "form", allowReserved: true },
  { in: "header", style: "simple" },
  { in: "cookie", style: "form" },
].flatMap((style) => [style, { ...style, explode: true }, { ...style, explode: false }]);

const values: ReadonlyArray<Json> = [
  "blue",
  text,
  7,
  true,
  ["blue"],
  ["blue", "black", "b r"],
  { R: 100, G: "2 0" },
  { list: ["a", "b"], inner: { k: 1 } },
];

describe("requests in every style", () => {
  const isAscii = (value: Json): boolean => /^[\x20-\x7e]*$/.test(JSON.stringify(value));

  it.each(styles.map((style) => [JSON.stringify(style), style] as const))(
    "%s",
    async (_, style) => {
      const unexplained: Array<unknown> = [];
      for (const value of values) {
        const place = style.in;
        if (place === "header" && !isAscii(value)) continue;
        const path = place === "path" ? "/a/{p}/b" : "/a";
        const operation = {
          operationId: "drawn",
          parameters: [{ ...style, name: "p", required: true }],
        };
        const pathItem = { get: operation };
        const outcome = await compare(
          {
            from: "styles",
            method: "get",
            path,
            document: {
              openapi: "3.0.3",
              info: { title: "Styles", version: "1" },
              paths: { [path]: pathItem },
            },
            operation,
            pathItem,
          },
          () => ({
            input: { p: value },
            second: {
              parameters: { [`${place}.p`]: value },
              contentType: undefined,
              body: undefined,
            },
          }),
        );
        if ("unexplained" in outcome) unexplained.push(...outcome.unexplained);
      }
      expect(unexplained).toEqual([]);
    },
  );
});
