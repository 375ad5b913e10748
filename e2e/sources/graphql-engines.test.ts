import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { apiClient } from "../support/daemon/api-client.ts";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { engines } from "../support/upstreams/graphql-engines.ts";
import type { Engine, Served } from "../support/upstreams/graphql-engines.ts";

const echo = (_: unknown, given: object): unknown => given;

/** Every kind of argument and result; fields answer with what they were given. */
const served: Served = {
  typeDefs: `
    scalar BigInt
    scalar JSON
    enum Kind { "The first." A "The second." B C @deprecated(reason: "Use A") }
    input Order { by: String! = "id", descending: Boolean! = true, next: Order }
    input Pick @oneOf { id: ID, name: String, order: Order }
    interface Node { id: ID! }
    type Book implements Node { id: ID! title: String! }
    type Film implements Node { id: ID! minutes: Int }
    union Thing = Book | Film
    type Part { fine: String broken: String }
    type Query {
      list(first: Int! = 5): [Int!]!
      order(order: Order! = { by: "name" }): JSON
      pick(by: Pick!): JSON
      kinds(kind: Kind! = B, kinds: [Kind!]): JSON
      big(value: BigInt!): BigInt
      any(value: JSON): JSON
      old(a: Int @deprecated(reason: "Use b"), b: Int): JSON @deprecated(reason: "Use list")
      things: [Thing!]!
      nodes: [Node!]!
      part: Part
      strict: String!
    }
    type Mutation { set(value: JSON!): JSON }
    type Subscription { changed: JSON }
  `,
  resolvers: {
    Query: {
      list: (_: unknown, { first }: { readonly first: number }) =>
        Array.from({ length: first }, (__, at) => at),
      order: echo,
      pick: echo,
      kinds: echo,
      big: (_: unknown, { value }: { readonly value: unknown }) => value,
      any: echo,
      old: echo,
      things: () => [
        { __typename: "Book", id: "1", title: "Solaris" },
        { __typename: "Film", id: "2", minutes: 167 },
      ],
      nodes: () => [{ __typename: "Film", id: "2", minutes: 167 }],
      part: () => ({ fine: "fine" }),
      strict: () => {
        throw new Error("Nothing there.");
      },
    },
    Part: {
      broken: () => {
        throw new Error("Broken there.");
      },
    },
    Mutation: { set: echo },
  },
};

describe.each(engines)("%s as a source", (_, start) => {
  let daemon: Daemon;
  let engine: Engine;

  beforeAll(async () => {
    engine = await start(served);
    daemon = await startDaemon();
  });

  afterAll(async () => {
    await daemon.stop();
    await engine.stop();
  });

  const run = async (code: string): Promise<unknown> => {
    const execution = await apiClient(daemon).execute(code);
    expect(execution).toMatchObject({ status: "completed", error: null });
    return execution.output?.value;
  };
  const failure = (call: string) =>
    run(
      `try { return await ${call}; } catch (error) { return { code: error.code, message: error.message, data: error.data }; }`,
    );

  it("becomes tools, and tells what does not", async () => {
    const source = { namespace: "s", kind: "graphql", url: engine.url };
    expect(await daemon.request("POST", "/api/sources", source)).toMatchObject({ status: 201 });
    const {
      toolCount,
      warnings,
    }: { toolCount: number; warnings: ReadonlyArray<{ code: string }> } = Object(
      (await daemon.request("GET", "/api/sources/s")).json(),
    );
    expect(toolCount).toBe(12);
    expect(warnings.filter(({ code }) => !code.startsWith("selection_"))).toEqual([
      {
        code: "subscription_not_supported",
        message: "The subscription changed is not a tool: a tool answers once.",
        place: "Subscription.changed",
      },
    ]);
  });

  it("applies its defaults where nothing is given", async () => {
    expect(
      await run(`
        const { query } = tools.s;
        return [
          await query.list({}), await query.list({ first: 2 }), await query.list(),
          await query.order({}), await query.order({ order: {} }),
          await query.order({ order: { by: "x", next: { descending: false } } }),
          await query.kinds({}), await query.kinds({ kinds: ["A"] }),
          await query.any({}), await query.any({ value: null }),
        ];
      `),
    ).toEqual([
      [0, 1, 2, 3, 4],
      [0, 1],
      [0, 1, 2, 3, 4],
      { order: { by: "name", descending: true } },
      { order: { by: "id", descending: true } },
      { order: { by: "x", descending: true, next: { by: "id", descending: false } } },
      { kind: "B" },
      { kind: "B", kinds: ["A"] },
      {},
      { value: null },
    ]);
    expect(await failure(`tools.s.query.list({ first: null })`)).toMatchObject({
      code: "invalid_input",
    });
  });

  it("takes exactly one field of a oneOf input", async () => {
    expect(
      await run(
        `return [await tools.s.query.pick({ by: { id: "1" } }), await tools.s.query.pick({ by: { order: {} } })];`,
      ),
    ).toEqual([{ by: { id: "1" } }, { by: { order: { by: "id", descending: true } } }]);
    for (const by of [`{ id: "1", name: "a" }`, `{ id: null }`, `{}`]) {
      expect(await failure(`tools.s.query.pick({ by: ${by} })`)).toMatchObject({
        code: "invalid_input",
        message: expect.stringContaining("input.by"),
      });
    }
  });

  it("hands values of its scalars over as they are", async () => {
    const value = { a: [1, null, { b: "ü" }], big: "90071992547409931234" };
    expect(
      await run(
        `return [await tools.s.query.big({ value: "90071992547409931234" }), await tools.s.query.any({ value: ${JSON.stringify(value)} })];`,
      ),
    ).toEqual(["90071992547409931234", { value }]);
  });

  it("shows why something is deprecated, and what enum values mean", async () => {
    const old = await apiClient(daemon).tool("s.query.old");
    expect(old.description).toContain("Deprecated: Use list.");
    expect(old.inputSchema).toMatchObject({
      properties: { a: { deprecated: true, description: "Deprecated: Use b." } },
    });
    expect((await apiClient(daemon).tool("s.query.kinds")).inputSchema).toMatchObject({
      properties: { kind: { default: "B" } },
      $defs: {
        Kind: {
          enum: ["A", "B", "C"],
          description: "A: The first.\nB: The second.\nC: Deprecated: Use A.",
        },
      },
    });
  });

  it("selects what unions and interfaces have", async () => {
    expect(
      await run(`return [await tools.s.query.things(), await tools.s.query.nodes()];`),
    ).toEqual([
      [
        { __typename: "Book", id: "1", title: "Solaris" },
        { __typename: "Film", id: "2", minutes: 167 },
      ],
      [{ __typename: "Film", id: "2", minutes: 167 }],
    ]);
  });

  it("fails with the part that came, or with nothing", async () => {
    expect(await failure(`tools.s.query.part({})`)).toMatchObject({
      code: "upstream_error",
      message: expect.stringContaining("(at part.broken)"),
      data: { fine: "fine", broken: null },
    });
    expect(await failure(`tools.s.query.strict({})`)).toMatchObject({
      code: "upstream_error",
      message: expect.stringContaining("returned no data"),
    });
  });
});
