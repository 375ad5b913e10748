import { describe, expect, it } from "@effect/vitest";
import type { JsonObject } from "@executor/sdk";
import { Effect } from "effect";
import { describing, load, plugin, settings, tool } from "../../support.ts";

const description = describing({
  "/pets": {
    get: {
      operationId: "listPets",
      tags: ["pets", "old"],
      parameters: [{ name: "limit", in: "query", schema: { type: "string" } }],
    },
    post: { operationId: "addPet", "x-internal": true },
    delete: { operationId: "removePets", summary: "Removes all pets." },
  },
});

const overlay = (...actions: ReadonlyArray<JsonObject>): string =>
  JSON.stringify({ overlay: "1.0.0", info: { title: "Mends", version: "1" }, actions });

const mended = (...actions: ReadonlyArray<JsonObject>) =>
  Effect.map(load(description, { overlay: overlay(...actions) }), (source) => ({
    ...source,
    paths: source.tools.map(({ path }) => path),
    told: source.warnings.map(({ code, message, place }) => `${code} ${place}: ${message}`),
  }));

const refusal = (text: string) =>
  Effect.map(Effect.flip(load(description, { overlay: text })), ({ message }) => message);

describe("an overlay", () => {
  it.effect("changes, adds and removes what becomes tools", () =>
    Effect.gen(function* () {
      const source = yield* mended(
        { target: "$.paths.*[?@['x-internal'] == true]", remove: true },
        {
          target: "$.paths['/pets'].get.parameters[?@.name == 'limit'].schema",
          update: { type: "integer" },
        },
        { target: "$.paths['/pets'].get.parameters", update: { name: "page", in: "query" } },
        { target: "$.paths['/pets'].delete", update: { operationId: "clear", summary: "Clears." } },
        { target: "$.paths", update: { "/cats": { get: { operationId: "listCats" } } } },
      );
      expect(source.paths).toEqual(["pets.listPets", "clear", "listCats"]);
      expect(tool(source, "pets.listPets").inputSchema).toMatchObject({
        properties: { limit: { type: "integer" }, page: {} },
      });
      expect(tool(source, "clear").description).toContain("Clears.");
      expect(source.told).toEqual([]);
    }),
  );

  it.effect("is read from YAML, and may copy as Overlay 1.1 does", () =>
    Effect.gen(function* () {
      const source = yield* load(description, {
        overlay: `
overlay: 1.1.0
info: { title: Copies, version: "1" }
actions:
  - target: $.paths
    update: { /cats: { get: {} } }
  - target: $.paths['/cats'].get
    copy: $.paths['/pets'].get
  - target: $.paths['/cats'].get.operationId
    update: listCats
`,
      });
      expect(source.tools.map(({ path }) => path)).toContain("pets.listCats");
    }),
  );

  it.effect("may mend what makes a description unreadable", () =>
    Effect.gen(function* () {
      const document = JSON.stringify({
        openapi: "9.9.9",
        servers: [{ url: "https://a.example" }],
      });
      const text = overlay({ target: "$", update: { openapi: "3.1.0", paths: {} } });
      const openApi = yield* plugin;
      const found = yield* openApi.detect(settings({ document, overlay: text }));
      expect(found._tag).toBe("Some");
      expect((yield* load(document, { overlay: text })).tools).toEqual([]);
    }),
  );

  it.effect("tells what it does not do", () =>
    Effect.gen(function* () {
      const { paths, told } = yield* mended(
        { target: "$.paths['/dogs']", remove: true },
        { target: "$.paths['/pets'].get", update: { tags: "pets" } },
        { target: "$.paths['/pets'].get", copy: "$.paths.*.*" },
      );
      expect(paths).toHaveLength(3);
      expect(told).toEqual([
        expect.stringMatching(/^overlay_matches_nothing null: Action 1 of the overlay \(.*dogs/),
        expect.stringMatching(/^overlay_conflict \/paths\/~1pets\/get\/tags: Action 2 /),
        expect.stringMatching(/^overlay_matches_nothing null: Action 3 .* several values/),
      ]);
    }),
  );

  it.effect("tells that it says it belongs to another description", () =>
    Effect.gen(function* () {
      const text = overlay({ target: "$.info", update: { title: "New" } }).replace(
        "{",
        '{"extends": "https://example.com/other.yaml",',
      );
      const source = yield* load(description, { overlay: text });
      expect(source.name).toBe("New");
      expect(source.warnings).toEqual([
        expect.objectContaining({ code: "overlay_extends_another" }),
      ]);
    }),
  );

  it.effect.each<[string, string]>([
    ["", "The overlay is empty"],
    ["[]", "it is not an object"],
    [overlay(), "`actions` is not a list with at least one action"],
    [overlay().replace("1.0.0", "2.0.0"), '`overlay` is "2.0.0"'],
    [overlay({ target: "$", remove: true }), "removes the whole description"],
    [overlay({ target: "$.a" }), "/actions/0 has none of"],
    [overlay({ target: "$.a", Update: {} }), "/actions/0/Update is not a member"],
    [overlay({ target: "$.a", remove: "yes" }), "/actions/0/remove is not true or false"],
    [overlay({ update: {} }), "/actions/0/target cannot be used: it is not a string"],
    [overlay({ target: "paths", update: {} }), "it is not JSONPath"],
    [overlay({ target: "$[?match(@.a, 'a*')]", update: {} }), "it calls `match()`"],
    [overlay({ target: "$[?length(@.a, 1) > 1]", update: {} }), "it calls `length()` with 2"],
    [overlay({ target: "$..a..b", update: {} }), "it has `..` more than once"],
    [overlay({ target: "$.a[?@..b]", update: {} }), "it has `..` in a filter"],
    [overlay({ target: "$.a[?$.b[*]]", update: {} }), "it has `$` with more"],
    [overlay({ target: `$.${"a".repeat(1_000)}`, update: {} }), "longer than 1000"],
    [overlay({ target: "$", update: 1, copy: "$.info" }), "which exclude each other"],
  ])("is refused: %s", ([text, expected]) =>
    Effect.gen(function* () {
      expect(yield* refusal(text)).toContain(expected);
    }),
  );
});
