import { describe, expect, it } from "@effect/vitest";
import { withToken } from "@executor/plugin-kit/testing";
import { Effect } from "effect";
import { load } from "../support.ts";

const token = "tok_4fJ9kQ2Zr8wXy7Lm1";

const unicode = [...token]
  .map((one) => String.raw`\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`)
  .join("");

const described = (title: string, paths = "{}"): string =>
  `{"openapi":"3.1.0","info":{"title":"${title}"},"servers":[{"url":"https://api.example.com"}],"paths":${paths}}`;

/** More than one piece of a long description. */
const longPaths = `{${Array.from({ length: 4_000 }, (_, at) => `"/${at}":{"get":{"summary":"${at % 2 === 0 ? token : unicode}"}}`).join()},"/${token}":{"summary":"${"x".repeat(100_000)}","get":{}}}`;

const kept = (document: string) =>
  load(document).pipe(
    withToken(token),
    Effect.map(({ name, tools, warnings }) => JSON.stringify([name, tools, warnings])),
    Effect.catchAll(({ message }) => Effect.succeed(message)),
  );

describe("a credential in a description", () => {
  it.effect.each<readonly [string, string]>([
    ["JSON", described(token)],
    ["escaped JSON", described(unicode)],
    ["long JSON", described("Long", longPaths)],
    [
      "YAML",
      `openapi: 3.1.0\ninfo: {title: ${token}}\nservers: [{url: https://a.example.com}]\npaths: {}`,
    ],
    [
      "escaped YAML",
      `openapi: 3.1.0\ninfo: {title: "${unicode}"}\nservers: [{url: https://a.example.com}]\npaths: {}`,
    ],
    ["the error of a text that is not JSON", `{"openapi": ${token}, ]`],
    ["the error of a text that is not YAML", `openapi: !${token} 3.1.0`],
    ["the error of an unknown version", `{"openapi": "${token}"}`],
  ])("is not in what is kept or said of %s", ([, document]) =>
    Effect.map(kept(document), (shown) => {
      expect(shown).not.toContain(token);
      expect(shown.length).toBeGreaterThan(20);
    }),
  );

  it.effect("is replaced in every piece of a long one", () =>
    Effect.map(kept(described("Long", longPaths)), (shown) => {
      expect(shown.split("[redacted]").length - 1).toBeGreaterThanOrEqual(4_000);
    }),
  );
});
