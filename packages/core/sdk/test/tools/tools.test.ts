import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { Sources } from "../../src/sources/sources.ts";
import { Tools } from "../../src/tools/tools.ts";
import { fixtureSource, layerFixture } from "../support/fixture.ts";

const reference = (name: string) => ({ $ref: `#/$defs/${name}` });

const addRepositories = Effect.flatMap(Sources, (sources) =>
  sources.add(
    fixtureSource(
      "hub",
      [
        { path: "repos.get", description: "Get a repository" },
        { path: "repos.listForUser", description: "List repositories for a user" },
        { path: "actions.listRepoWorkflows", description: "List repository workflows" },
        {
          path: "tree",
          description: "Grow",
          input: { type: "object", properties: { root: reference("Node") } },
        },
      ],
      {
        definitions: {
          Node: {
            type: "object",
            properties: {
              children: { type: "array", items: reference("Node") },
              leaf: reference("Leaf"),
            },
          },
          Leaf: {
            type: "string",
            discriminator: { propertyName: "t", mapping: { a: "#/$defs/Kind" } },
          },
          Kind: { type: "string" },
          Unused: { type: "number" },
        },
      },
    ),
  ),
);

const addresses = (page: { readonly items: ReadonlyArray<{ readonly address: string }> }) =>
  page.items.map((tool) => tool.address);

describe("Tools", () => {
  it.effect("lists tools by address, page by page", () =>
    Effect.gen(function* () {
      yield* addRepositories;
      const tools = yield* Tools;
      const first = yield* tools.list({ namespace: "hub", limit: 3 });
      expect(addresses(first)).toEqual([
        "hub.actions.listRepoWorkflows",
        "hub.repos.get",
        "hub.repos.listForUser",
      ]);
      const second = yield* tools.list({
        namespace: "hub",
        limit: 3,
        ...(first.nextCursor === null ? {} : { cursor: first.nextCursor }),
      });
      expect(addresses(second)).toEqual(["hub.tree"]);
      expect(second.nextCursor).toBeNull();
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("finds tools by words of the description and the address, in camel case too", () =>
    Effect.gen(function* () {
      yield* addRepositories;
      const tools = yield* Tools;
      const search = (query: string) => Effect.map(tools.list({ query, limit: 10 }), addresses);
      expect((yield* search("workflows"))[0]).toBe("hub.actions.listRepoWorkflows");
      expect((yield* search("listRepoWork"))[0]).toBe("hub.actions.listRepoWorkflows");
      expect((yield* search("get repository"))[0]).toBe("hub.repos.get");
      expect((yield* search("hub.repos.get"))[0]).toBe("hub.repos.get");
      expect(yield* search('"zebra" NEAR(* AND NOT (')).toEqual([]);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("pages through a search", () =>
    Effect.gen(function* () {
      yield* addRepositories;
      const tools = yield* Tools;
      const first = yield* tools.list({ query: "list", namespace: "hub", limit: 1 });
      const cursor = first.nextCursor ?? "";
      const second = yield* tools.list({ query: "list", namespace: "hub", limit: 1, cursor });
      expect(new Set([...addresses(first), ...addresses(second)]).size).toBe(2);
      expect(second.nextCursor).toBeNull();
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("refuses an invalid cursor", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip((yield* Tools).list({ limit: 1, cursor: "x" }));
      expect(error._tag).toBe("InvalidCursor");
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("describes a tool with only the definitions that it refers to, cycles included", () =>
    Effect.gen(function* () {
      yield* addRepositories;
      const tool = yield* (yield* Tools).get("hub.tree");
      expect(Object.keys(tool.inputSchema.$defs ?? {})).toEqual(["Kind", "Leaf", "Node"]);
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("describes a tool with the definitions that its schema brings along", () =>
    Effect.gen(function* () {
      const $defs = { Name: { type: "string" }, Unused: {} };
      const properties = { name: reference("Name"), odd: reference("%"), none: reference("None") };
      yield* (yield* Sources).add(
        fixtureSource("own", [{ path: "a", input: { properties, $defs } }]),
      );
      const tool = yield* (yield* Tools).get("own.a");
      expect(tool.inputSchema.$defs).toEqual({ ...$defs, "%": true, None: true });
    }).pipe(Effect.provide(layerFixture)),
  );

  it.effect("suggests similar tools for an unknown address", () =>
    Effect.gen(function* () {
      yield* addRepositories;
      const error = yield* Effect.flip((yield* Tools).get("hub.repos.fetch"));
      expect(error.message).toContain("hub.repos.get");
    }).pipe(Effect.provide(layerFixture)),
  );
});
