import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { join, relative } from "node:path";
import { expectFailure, expectJson, expectSuccess } from "../support/cli/cli.ts";
import { startCliShop } from "../support/cli/shop.ts";

const repository = join(import.meta.dirname, "..", "..");

const { daemon, shop, document, executor, api, stop } = await startCliShop();
afterAll(stop);

describe("executor sources", () => {
  it("adds a file by its relative path, and detects its kind", async () => {
    const result = await executor(["sources", "add", relative(repository, document)]);
    expect(expectSuccess(result)).toBe("Added shop: Shop, 3 tools.\n");
    expect(await api("/sources/shop")).toMatchObject({ kind: "openapi", toolCount: 3 });
  });

  it("adds a document from standard input, and prints the API's answer", async () => {
    const added = expectJson(
      await executor(["sources", "add", "-", "--namespace", "second", "--name", "Two", "--json"], {
        stdin: shop.document,
      }),
    );
    expect(added).toEqual(await api("/sources/second"));
    expect(added).toMatchObject({ namespace: "second", kind: "openapi", name: "Two" });
  });

  it("lists the sources, for people and for programs", async () => {
    const lines = expectSuccess(await executor(["sources", "list"])).split("\n");
    expect(lines[0]).toMatch(
      /^NAMESPACE +KIND +STATE +TOOLS +WAITING +WARNINGS +REFRESHED +NAME +URL +LAST ERROR$/,
    );
    expect(lines).toContainEqual(
      expect.stringMatching(/^shop +openapi +ready +3 +0 +0 +\S+ \S+ +Shop +http/),
    );
    expect(expectJson(await executor(["sources", "list", "--json"]))).toEqual(
      await api("/sources"),
    );
  });

  it("refreshes a source, from standard input if it was added so", async () => {
    expect(expectSuccess(await executor(["sources", "refresh", "shop"]))).toBe(
      "Refreshed shop: 3 tools.\n",
    );
    const refreshed = await executor(
      ["sources", "refresh", "second", "--document", "-", "--json"],
      { stdin: shop.document },
    );
    expect(expectJson(refreshed)).toEqual({
      ...Object(await api("/sources/second")),
      changes: {
        added: [],
        removed: [],
        changed: [],
        counts: { added: 0, removed: 0, changed: 0 },
      },
    });
  });

  it("shows a source", async () => {
    const lines = expectSuccess(await executor(["sources", "show", "shop"])).split("\n");
    expect(lines).toContainEqual(expect.stringMatching(/^Namespace +shop$/));
    expect(lines).toContainEqual(expect.stringMatching(/^Tools +3 tools$/));
    expect(expectJson(await executor(["sources", "show", "shop", "--json"]))).toEqual(
      await api("/sources/shop"),
    );
  });

  it("changes a source, and changes it back", async () => {
    const edit = (...options: ReadonlyArray<string>) =>
      executor(["sources", "edit", "shop", ...options]);
    expect(expectSuccess(await edit("--header", "X-Trace: 1", "--timeout", "2.5"))).toBe(
      "Changed shop: 3 tools.\n",
    );
    expect(await api("/sources/shop")).toMatchObject({
      headerNames: ["X-Trace"],
      timeoutMs: 2500,
    });
    expect(expectSuccess(await edit("--disable", "--name", "Closed"))).toBe(
      "Changed shop: 3 tools, disabled.\n",
    );
    expect(await api("/tools?namespace=shop")).toMatchObject({ items: [] });
    expectSuccess(
      await edit("--enable", "--name", "Shop", "--remove-header", "x-trace", "--timeout", "30"),
    );
    expect(await api("/sources/shop")).toMatchObject({
      name: "Shop",
      enabled: true,
      headerNames: [],
      timeoutMs: 30_000,
    });
    expectFailure(await edit(), 2, /Say what to change/);
    expectFailure(await edit("--enable", "--disable"), 2, /either --enable or --disable/);
    expectFailure(await edit("--base-url", "http://127.0.0.1:9", "--cwd", "/"), 1, /no program/);
    const { status } = await daemon.request("PATCH", "/api/sources/shop", { nmae: "Typo" });
    expect(status).toBe(400);
  });

  it("lets new writes of a refresh wait for a review", async () => {
    const grown: { readonly paths: Record<string, object> } = JSON.parse(shop.document);
    for (const operation of ["first", "second"]) {
      grown.paths[`/new-${operation}`] = {
        post: { operationId: `new.${operation}`, responses: { 200: { description: "ok" } } },
      };
    }
    const refresh = (stdin: string) =>
      executor(["sources", "refresh", "waiting", "--document", "-"], { stdin });
    expectSuccess(
      await executor(
        ["sources", "add", "-", "--namespace", "waiting", "--review-new-writes", "yes"],
        { stdin: shop.document },
      ),
    );
    expect(expectSuccess(await refresh(JSON.stringify(grown)))).toBe(
      [
        "Refreshed waiting: 3 tools.",
        "2 tools added: waiting.new.first, waiting.new.second",
        "2 tools to review: executor sources review waiting",
        "",
      ].join("\n"),
    );
    const review = (...options: ReadonlyArray<string>) =>
      executor(["sources", "review", "waiting", ...options]);
    const listed = await review();
    expect(listed.stdout.split("\n").slice(1, 3)).toEqual([
      expect.stringMatching(/^waiting\.new\.first +writes/),
      expect.stringMatching(/^waiting\.new\.second +writes/),
    ]);
    expectFailure(
      await executor(["call", "waiting.new.first", "{}"]),
      1,
      /executor sources review waiting/,
    );
    const [, ...seen] = /--all (--refreshed-at) (\S+)/.exec(listed.stderr) ?? [];
    expectFailure(await review("--all"), 2, /--refreshed-at/);
    expectFailure(await review("--all", "--refreshed-at", "today"), 2, /refreshedAt/);
    expectFailure(
      await review("--tool", "waiting.nothing", ...seen),
      1,
      /do not wait.*waiting\.nothing/,
    );
    expect(expectSuccess(await review("--tool", "waiting.new.first", ...seen))).toBe(
      "Reviewed waiting: 4 tools, 1 waiting.\n",
    );
    expect(expectSuccess(await review("--all", ...seen))).toBe(
      "Reviewed waiting: 5 tools, 0 waiting.\n",
    );
    expect(expectSuccess(await refresh(shop.document))).toBe(
      "Refreshed waiting: 3 tools.\n2 tools removed: waiting.new.first, waiting.new.second\n",
    );
    expectSuccess(await executor(["sources", "remove", "waiting"]));
  });

  it("removes a source", async () => {
    expect(expectSuccess(await executor(["sources", "remove", "second"]))).toBe(
      "Removed second.\n",
    );
    expect((await daemon.request("GET", "/api/sources/second")).status).toBe(404);
  });

  it("explains that a namespace is taken", async () => {
    expectFailure(await executor(["sources", "add", document]), 1, /shop is taken|shop/);
  });

  it.each([
    [["remove", "nope"], 1, /nope/],
    [["refresh", "nope"], 1, /nope/],
    [["add", "no-such-file.json"], 1, /no file .*no-such-file\.json.*http/],
    [["add", "http://127.0.0.1:9/openapi.json"], 1, /127\.0\.0\.1:9/],
    [["add"], 2, /URL, a file/],
    [["add", "x", "--command", "y"], 2, /not both/],
    [["add", "x", "--header", "nonsense"], 2, /'Name: value'/],
    [["add", "-", "--namespace", "Not one", "--kind", "openapi"], 2, /namespace/i],
    [["add", "x", "--kind", "soap"], 2, /openapi.*mcp.*graphql/],
  ])("explains why it cannot %j", async (args, code, says) => {
    expectFailure(await executor(["sources", ...args]), code, says);
  });
});

describe("executor secrets", () => {
  const value = `value-${crypto.randomUUID()}`;

  const seen: Array<string | null> = [];
  let upstream: Bun.Server<undefined>;
  beforeAll(() => {
    upstream = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: ({ headers }) => {
        seen.push(headers.get("authorization"));
        return Response.json("done");
      },
    });
  });
  afterAll(() => upstream.stop(true));

  it("sets a secret from standard input, and shows everything but its value", async () => {
    const { origin } = upstream.url;
    const set = await executor(["secrets", "set", "shop-key", "--origin", origin], {
      stdin: `${value}\n`,
    });
    expect(expectSuccess(set)).toBe("Set shop-key.\n");
    const header = ["--header", "Authorization: Bearer secret:shop-key", "--base-url", origin];
    expectSuccess(await executor(["sources", "add", document, "--namespace", "keyed", ...header]));
    const table = expectSuccess(await executor(["secrets", "list"]));
    expect(table.split("\n")[1]).toMatch(/^shop-key +\S+ \S+ +keyed +http/);
    const json = await executor(["secrets", "list", "--json"]);
    expect(expectJson(json)).toEqual(await api("/secrets"));
    expect(table + json.stdout).not.toContain(value);
  });

  it("sends a secret to its own origin", async () => {
    expect(expectJson(await executor(["call", "keyed.list"]))).toBe("done");
    expect(seen).toEqual([`Bearer ${value}`]);
  });

  it("removes a secret that no source uses", async () => {
    expectFailure(await executor(["secrets", "remove", "shop-key"]), 1, /keyed/);
    expectSuccess(await executor(["sources", "remove", "keyed"]));
    expect(expectSuccess(await executor(["secrets", "remove", "shop-key"]))).toBe(
      "Removed shop-key.\n",
    );
    expectFailure(await executor(["secrets", "remove", "shop-key"]), 1, /shop-key/);
  });

  it.each([
    [["shop-key"], value, 2, /--origin/],
    [["shop-key", "--origin", "ftp://x"], value, 2, /origin is/],
    [["shop-key", "--origin", "https://x.example"], "\n", 2, /value is a text/],
    [["no name", "--origin", "https://x.example"], value, 2, /secret's name/],
  ])("refuses to set %j", async (args, stdin, code, says) => {
    const result = await executor(["secrets", "set", ...args], { stdin });
    expectFailure(result, code, says);
    expect(result.stderr).not.toContain(value);
  });

  it("says that there are no secrets", async () => {
    expect(await executor(["secrets", "list"])).toMatchObject({
      code: 0,
      stdout: "",
      stderr: "There are no secrets yet.\n",
    });
    expect(expectJson(await executor(["secrets", "list", "--json"]))).toEqual([]);
  });
});

describe("executor tools", () => {
  it("searches, for people and for programs", async () => {
    const words = ["tools", "search", "order", "an", "item", "--namespace", "shop"];
    const lines = expectSuccess(await executor(words)).split("\n");
    expect(lines[0]).toMatch(/^ADDRESS +EFFECT +DESCRIPTION$/);
    expect(lines[1]).toMatch(/^shop\.order +writes +Order an item/);
    expect(expectJson(await executor([...words, "--json"]))).toEqual(
      await api("/tools?query=order%20an%20item&namespace=shop&limit=20"),
    );
  });

  it("pages through all tools", async () => {
    const list = ["tools", "search", "--namespace", "shop", "--limit", "2"];
    const first = await executor(list);
    const cursor = /--cursor (\S+)/.exec(first.stderr)?.[1] ?? "";
    const second = expectSuccess(await executor([...list, "--cursor", cursor]));
    const addresses = [first.stdout, second].flatMap((text) => text.match(/^shop\.\w+/gm));
    expect(addresses).toEqual(["shop.clear", "shop.list", "shop.order"]);
  });

  it("describes a tool, for people and for programs", async () => {
    const text = expectSuccess(await executor(["tools", "describe", "shop.order"]));
    expect(text).toContain("shop.order writes");
    expect(text).toMatch(/^body +\{ item: string \} +yes/m);
    expect(expectJson(await executor(["tools", "describe", "shop.order", "--json"]))).toEqual(
      await api("/tools/shop.order"),
    );
  });

  it("suggests names similar to an unknown tool's", async () => {
    expectFailure(await executor(["tools", "describe", "shop.orders"]), 1, /no tool.*shop\.order/);
    expectFailure(await executor(["tools", "search", "--cursor", "x"]), 1, /cursor/i);
    expectFailure(await executor(["tools", "search", "--limit", "0"]), 2, /1 to 1000/);
  });
});

describe("executor policies", () => {
  it("sets, lists and removes policies", async () => {
    expect(expectSuccess(await executor(["policies", "set", "shop.order", "allow"]))).toBe(
      "shop.order: allow\n",
    );
    expectSuccess(await executor(["policies", "set", "shop.*", "block", "--json"]));
    expectSuccess(await executor(["policies", "set", "shop.order", "allow"]));
    expect(expectSuccess(await executor(["policies", "list"]))).toBe(
      "PATTERN     DECISION\nshop.order  allow\nshop.*      block\n",
    );
    expect(expectJson(await executor(["policies", "list", "--json"]))).toEqual(
      await api("/policies"),
    );
    expectSuccess(await executor(["call", "shop.order", '{"body":{"item":"rice"}}']));
    expectFailure(await executor(["call", "shop.list"]), 1, /block/);
    expect(expectSuccess(await executor(["policies", "remove", "shop.*"]))).toBe(
      "Removed shop.*.\n",
    );
    expectSuccess(await executor(["policies", "remove", "shop.order"]));
    expect((await executor(["policies", "list"])).stderr).toMatch(/no policies/);
  });

  it.each([
    [["set", "shop order", "allow"], 2, /pattern is/],
    [["set", "shop.*", "perhaps"], 2, /allow, approve, block/],
    [["remove", "shop.*"], 1, /no policy shop\.\*/],
  ])("explains why it cannot %j", async (args, code, says) => {
    expectFailure(await executor(["policies", ...args]), code, says);
  });
});
