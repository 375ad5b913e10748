import { describe, expect, layer } from "@effect/vitest";
import { Effect } from "effect";
import fc from "fast-check";
import { failureOf, run, runnerLayer, valueOf } from "./support/run.ts";

const toolNames = [
  "executor.tools.search",
  "github.repos.get",
  "github.repos.list",
  "github.me",
  "files.read",
].join("\n");

describe("what code expects beside the language", () => {
  layer(runnerLayer, { excludeTestServices: true })((it) => {
    it.effect("has the members of tools", () =>
      Effect.gen(function* () {
        const value = yield* valueOf(
          `const inLoop = [];
          for (const name in tools.github) inLoop.push(name);
          return [Object.keys(tools), inLoop, Object.keys(tools.github.repos), Object.entries(tools.github).map(([k, v]) => [k, typeof v]),
            "github" in tools, "gitlab" in tools, Object.hasOwn(tools, "files"), Object.keys(tools.none), Object.keys({ ...tools.github })]`,
          { toolNames },
        );
        expect(value).toEqual([
          ["search", "describe", "executor", "github", "files"],
          ["repos", "me"],
          ["get", "list"],
          [
            ["repos", "function"],
            ["me", "function"],
          ],
          true,
          false,
          true,
          [],
          ["repos", "me"],
        ]);
        const { console } = yield* run("console.log(tools.github, tools.github.me)", { toolNames });
        expect(console[0]?.text).toBe('[tools.github: ["repos","me"]] [tools.github.me]');
        expect(yield* valueOf("return (await tools.gitlab.x(1)).path", { toolNames })).toBe(
          "gitlab.x",
        );
      }),
    );

    it.effect("reads, changes and writes URLs as the host does", () =>
      Effect.gen(function* () {
        const code = `
          const url = new URL("../b c?x=1&x=2&ü=%20", "https://u:p@example.com:8443/a/d#h");
          const before = { href: url.href, origin: url.origin, port: url.port, all: url.searchParams.getAll("x"), size: url.searchParams.size };
          url.searchParams.set("x", "a b");
          url.searchParams.append("y", "&");
          url.pathname = "/new";
          url.port = "";
          const params = new URLSearchParams({ q: "a+b", page: 2 });
          params.delete("page");
          return { before, after: String(url), json: { url }, pairs: [...url.searchParams], params: params.toString(),
            can: [URL.canParse("nope"), URL.canParse("/a", "http://x")], parsed: URL.parse("nope"), is: url instanceof URL };`;
        const url = new URL("../b c?x=1&x=2&ü=%20", "https://u:p@example.com:8443/a/d#h");
        const before = {
          href: url.href,
          origin: url.origin,
          port: url.port,
          all: url.searchParams.getAll("x"),
          size: 3,
        };
        url.searchParams.set("x", "a b");
        url.searchParams.append("y", "&");
        url.pathname = "/new";
        url.port = "";
        expect(yield* valueOf(code)).toEqual({
          before,
          after: url.href,
          json: { url: url.href },
          pairs: [...url.searchParams],
          params: "q=a%2Bb",
          can: [false, true],
          parsed: null,
          is: true,
        });
        expect(yield* failureOf("new URL('nope')")).toMatchObject({
          name: "TypeError",
          message: "Invalid URL: nope",
        });
      }),
    );

    it.effect("encodes and decodes any text and any bytes", () =>
      Effect.promise(() =>
        Promise.resolve(fc.sample(fc.tuple(fc.string({ unit: "binary" }), fc.uint8Array()), 40)),
      ).pipe(
        Effect.flatMap((samples) =>
          Effect.gen(function* () {
            const input = samples.map(([text, bytes]) => [text, [...bytes]] as const);
            const value = yield* valueOf(`
              return ${JSON.stringify(input)}.map(([text, list]) => {
                const bytes = new Uint8Array(list);
                const base64 = btoa(String.fromCharCode(...bytes));
                return [[...new TextEncoder().encode(text)], new TextDecoder().decode(bytes), base64, [...atob(base64)].map((c) => c.charCodeAt(0))];
              })`);
            expect(value).toEqual(
              input.map(([text, list]) => [
                [...new TextEncoder().encode(text)],
                new TextDecoder().decode(Uint8Array.from(list)),
                Buffer.from(list).toString("base64"),
                list,
              ]),
            );
          }),
        ),
      ),
    );

    it.effect("clones, makes ids, and names what is wrong", () =>
      Effect.gen(function* () {
        const value = yield* valueOf(`
          const a = { m: new Map([[1, { d: new Date(5) }]]), s: new Set([1]), b: new Uint8Array([7]), e: new Error("x") };
          a.self = a;
          const b = structuredClone(a);
          const names = [];
          for (const broken of [() => atob("*"), () => btoa("€"), () => new TextDecoder("none"), () => structuredClone(() => {}),
            () => new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array([255]))]) {
            try { broken() } catch (e) { names.push(e.name) }
          }
          return [b.self === b, b.m !== a.m && +b.m.get(1).d, b.s.has(1), b.b[0], b.e.message, names,
            crypto.randomUUID() !== crypto.randomUUID(), /^[0-9a-f-]{36}$/.test(crypto.randomUUID()), crypto.getRandomValues(new Uint32Array(4)).length,
            new TextDecoder("latin1").decode(new Uint8Array([252])), new TextDecoder("utf-16le").decode(new Uint16Array([0x20ac]))]`);
        expect(value).toEqual([
          true,
          5,
          true,
          7,
          "x",
          [
            "InvalidCharacterError",
            "InvalidCharacterError",
            "RangeError",
            "DataCloneError",
            "TypeError",
          ],
          true,
          true,
          4,
          "ü",
          "€",
        ]);
      }),
    );

    it.effect("refuses what is too large for the host", () =>
      Effect.gen(function* () {
        const failure = yield* failureOf("btoa('a'.repeat(9_000_000))");
        expect(failure.message).toContain("at most 8388608");
      }),
    );

    it.effect("writes to the console in every usual way", () =>
      Effect.gen(function* () {
        const { console } = yield* run(`
          console.table([{ a: 1 }]); console.dir({ b: new Set([2]) }); console.count(); console.count();
          console.group("g"); console.groupEnd(); console.assert(1 > 2, "no"); console.time("t"); console.timeEnd("t");`);
        expect(console.map(({ text }) => text.replace(/\d+ ms/, "N ms"))).toEqual([
          '[{"a":1}]',
          '{"b":[2]}',
          "default: 1",
          "default: 2",
          "g",
          "Assertion failed: no",
          "t: N ms",
        ]);
      }),
    );
  });
});
