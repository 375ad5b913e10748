import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { pathToFileURL } from "node:url";
import { apiClient } from "../support/daemon/api-client.ts";
import type { Execution } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { readSamples, sumOf } from "@executor/testing";
import { startBookshop } from "../support/upstreams/graphql-yoga.ts";
import type { GraphQlServer } from "../support/upstreams/graphql-yoga.ts";
import { peer } from "../support/upstreams/peers.ts";

/** GraphQL Yoga as a source; the daemon; an agent's code. Tests build on those above them. */
describe("a GraphQL server as a source", () => {
  let daemon: Daemon;
  let shop: GraphQlServer;
  let servedBefore: ReadonlyArray<string> = [];

  beforeAll(async () => {
    shop = startBookshop();
    daemon = await startDaemon();
  });

  afterAll(async () => {
    await daemon.stop();
    await shop.stop();
  });

  const client = () => apiClient(daemon);
  const counted = async (name: string, labels: Record<string, string> = {}) =>
    sumOf(readSamples(await client().metrics()), name, { executor_source: "books", ...labels });
  const calls = (tool: string, outcome: string) =>
    counted("executor_tool_calls_total", { mcp_tool_name: `books.${tool}`, outcome });
  const errors = (type: string) => counted("executor_tool_call_errors_total", { error_type: type });
  const valueOf = (execution: Execution): unknown => {
    expect(execution).toMatchObject({ status: "completed", error: null });
    return execution.output?.value;
  };
  const run = async (code: string) => valueOf(await client().execute(code));

  it("is detected", async () => {
    const reply = await daemon.request("POST", "/api/sources/detect", { url: shop.url });
    expect(reply.json()).toEqual([
      { kind: "graphql", name: `GraphQL at 127.0.0.1:${shop.port}`, namespace: "graphql" },
    ]);
  });

  it("becomes tools by introspection", async () => {
    const reply = await daemon.request("POST", "/api/sources", {
      namespace: "books",
      kind: "graphql",
      url: shop.url,
      headers: { Authorization: "Bearer shop" },
    });
    expect(reply).toMatchObject({ status: 201 });
    expect(reply.json()).toMatchObject({ kind: "graphql", url: shop.url, toolCount: 8 });
    expect(shop.lastHeaders().get("authorization")).toBe("Bearer shop");
    expect(await counted("executor_source_tools", { kind: "graphql" })).toBe(8);
    expect(await counted("executor_source_up", { kind: "graphql" })).toBe(1);
  });

  it("is found and described", async () => {
    const { items } = await client().searchTools({ query: "find books", namespace: "books" });
    expect(items[0]).toMatchObject({
      address: "books.query.books",
      annotations: { readOnly: true, destructive: false, requiresApproval: false },
    });
    expect(await client().tool("books.query.books")).toMatchObject({
      description:
        "Finds books, cheapest first.\n\nquery books(filter: BookFilter, first: Int = 10): [Book!]!",
      inputSchema: {
        properties: { filter: { anyOf: [{ $ref: "#/$defs/BookFilter" }, { type: "null" }] } },
        $defs: {
          BookFilter: { properties: { maxPrice: { type: ["number", "null"] } } },
          Genre: { type: "string", enum: ["FICTION", "SCIENCE"] },
        },
      },
    });
    expect((await client().tool("books.mutation.deleteBook")).annotations).toEqual({
      readOnly: false,
      destructive: true,
      requiresApproval: true,
    });
  });

  it("answers with everything near, and says who asks", async () => {
    expect(await run(`tools.books.query.book({ id: "b2" })`)).toEqual({
      id: "b2",
      title: "Solaris",
      genre: "FICTION",
      price: 12,
      author: { id: "a2", name: "Stanisław" },
    });
    expect(shop.operations().at(-1)).toBe("book");
    expect(shop.lastHeaders().get("authorization")).toBe("Bearer shop");
    expect(shop.lastHeaders().get("user-agent")).toBe("executor");
  });

  it("takes enums, input objects, lists and selections", async () => {
    expect(
      await run(`
        const [cheap, chosen, nested, found, opened] = await Promise.all([
          tools.books.query.books({ filter: { genre: "FICTION", maxPrice: 10 }, select: "{ title }" }),
          tools.books.query.books({ filter: { ids: ["b1", "b3"] }, first: 1, select: "{ id }" }),
          tools.books.query.book({ id: "b3", select: "{ author { books(first: 1) { title author { name } } } }" }),
          tools.books.query.search({ text: "S" }),
          tools.books.query.openedAt({}),
        ]);
        return { cheap, chosen, nested, found, opened };
      `),
    ).toEqual({
      cheap: [{ title: "Rocannon" }],
      chosen: [{ id: "b1" }],
      nested: { author: { books: [{ title: "Solaris", author: { name: "Stanisław" } }] } },
      found: [
        expect.objectContaining({ __typename: "Book", title: "Solaris" }),
        expect.objectContaining({ __typename: "Book", title: "Summa" }),
        expect.objectContaining({ __typename: "Author", name: "Stanisław" }),
      ],
      opened: "2026-01-31T09:00:00Z",
    });
  });

  const failure = (call: string) =>
    run(
      `try { return await ${call}; } catch (error) { return { code: error.code, status: error.status, message: error.message, data: error.data }; }`,
    );

  it("refuses bad input and bad selections, and sends nothing", async () => {
    const sent = shop.operations().length;
    expect(await failure(`tools.books.query.books({ filter: { genre: "POETRY" } })`)).toMatchObject(
      {
        code: "invalid_input",
        message: expect.stringContaining("input.filter.genre"),
      },
    );
    expect(
      await failure(`tools.books.query.book({ id: "b1", select: "{ titel }" })`),
    ).toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining('Did you mean "title"'),
    });
    expect(
      await failure(
        `tools.books.query.book({ id: "b1", select: "{ id } } mutation { deleteBook(id: 1) " })`,
      ),
    ).toMatchObject({ code: "invalid_input" });
    expect(shop.operations()).toHaveLength(sent);
    expect(await errors("invalid_input")).toBe(3);
  });

  it("says what the server refuses", async () => {
    expect(await failure(`tools.books.query.books({ first: 3e9 })`)).toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining("$first"),
    });
    expect(await failure(`tools.books.query.broken({})`)).toMatchObject({
      code: "upstream_error",
      message: "The upstream returned no data. Unexpected error. (at broken)",
    });
    expect(await errors("graphql_error")).toBe(1);
    expect(await calls("query.broken", "upstream_error")).toBe(1);
  });

  it("hands over a part of the result as an error that has it, and counts it as one", async () => {
    expect(await failure(`tools.books.query.stock({})`)).toEqual({
      code: "upstream_error",
      message:
        "The upstream returned only a part of the result; the error's data holds it. Unexpected error. (at stock.secretLevel)",
      data: { warehouse: "North", secretLevel: null },
    });
    expect(await errors("graphql_partial_error")).toBe(1);
    expect(await calls("query.stock", "upstream_error")).toBe(1);
    expect(await calls("query.stock", "ok")).toBe(0);
    expect(await run(`tools.books.query.stock({ select: "{ warehouse }" })`)).toEqual({
      warehouse: "North",
    });
    expect(await calls("query.stock", "ok")).toBe(1);
  });

  it("makes a mutation where a person or a policy lets it", async () => {
    const code = `tools.books.mutation.addBook({ book: { title: "Eden", authorId: "a2" }, select: "{ title genre }" })`;
    const sent = shop.operations().length;
    const paused = await client().execute(code);
    expect(paused).toMatchObject({ status: "paused", output: null });
    expect(shop.operations()).toHaveLength(sent);
    const { approvals }: { approvals: ReadonlyArray<{ id: string }> } = Object(
      (await daemon.request("GET", `/api/executions/${paused.id}`)).json(),
    );
    const resumed = await daemon.request("POST", `/api/executions/${paused.id}/resume`, {
      approvalId: approvals[0]?.id,
      action: "accept",
    });
    const added = { title: "Eden", genre: "FICTION" };
    expect(resumed.json()).toMatchObject({ status: "completed", output: { value: added } });
    expect(shop.operations().slice(sent)).toEqual(["addBook"]);

    const allowed = await daemon.request("PUT", "/api/policies", [
      { pattern: "books.mutation.addBook", decision: "allow" },
    ]);
    expect(allowed.status).toBe(200);
    expect(await run(code)).toEqual(added);
    expect(shop.operations().slice(sent)).toEqual(["addBook", "addBook"]);
    expect(await calls("mutation.addBook", "ok")).toBe(2);
  });

  it("is down when nobody listens, and up again when somebody does", async () => {
    const { port } = shop;
    servedBefore = shop.operations();
    await shop.stop();
    expect(await failure(`tools.books.query.book({ id: "b1" })`)).toMatchObject({
      code: "upstream_error",
      message: expect.stringContaining("could not be reached"),
    });
    expect(await errors("connection_error")).toBe(1);
    expect(await counted("executor_source_up")).toBe(0);
    shop = startBookshop(port);
    expect(await run(`tools.books.query.book({ id: "b1", select: "{ id }" })`)).toEqual({
      id: "b1",
    });
    expect(await counted("executor_source_up")).toBe(1);
  });

  it("measures every call on the wire once, those that met nobody included", async () => {
    const served = [...servedBefore, ...shop.operations()].filter((operation) => operation !== "_");
    expect(served).toHaveLength(13);
    const wire = (labels: Record<string, string>) =>
      counted("http_client_request_duration_seconds_count", {
        http_request_method: "POST",
        server_address: "127.0.0.1",
        ...labels,
      });
    expect(await wire({})).toBe(served.length + 1);
    expect(await wire({ http_response_status_code: "200" })).toBe(served.length - 1);
  });

  it("may be as large as GitHub's", async () => {
    const reply = await daemon.request("POST", "/api/sources", {
      namespace: "github",
      kind: "graphql",
      url: pathToFileURL(peer("@octokit/graphql-schema/schema.graphql")).href,
      baseUrl: shop.url,
    });
    expect(reply.json()).toMatchObject({ toolCount: 278 });
    const { items } = await client().searchTools({ query: "create issue", namespace: "github" });
    expect(items.map(({ address }) => address)).toContain("github.mutation.createIssue");
    expect(
      await failure(
        `tools.github.query.repository({ owner: "a", name: "b", select: "{ issues(frist: 1) { totalCount } }" })`,
      ),
    ).toMatchObject({
      code: "invalid_input",
      message: expect.stringContaining('Did you mean "first"'),
    });
  });
});
