import type { Json } from "@executor/sdk";
import { member } from "@executor/plugin-kit";
import { describe, expect, it } from "@effect/vitest";
import { Effect } from "effect";
import { describing, invoke, load, serve, tool } from "../support.ts";
import type { Given } from "../support.ts";

const at = (...urls: ReadonlyArray<string>): Json => urls.map((url) => ({ url }));

const document = describing(
  {
    "/a": { get: { operationId: "plain" } },
    "/b": { get: { operationId: "own", servers: at("https://uploads.example.com") } },
    "/c": {
      servers: at("https://path.example.com/"),
      get: { operationId: "path" },
      put: { operationId: "both", servers: at("https://uploads.example.com/v2/") },
    },
    "/d": { get: { operationId: "again", servers: at("https://api.example.com/v1/") } },
    "/e": { get: { operationId: "sandbox", servers: at("https://sandbox.example.com") } },
    "/f": { get: { operationId: "unusable", servers: at("ftp://x", "https://{y}.example") } },
    "/g": { get: { operationId: "second", servers: at("{x}", "https://uploads.example.com") } },
    "/h": { get: { operationId: "sameOrigin", servers: at("https://other.example.com/h") } },
  },
  { servers: at("https://api.example.com/v1", "https://sandbox.example.com") },
);

const serversWith = (given: Given) =>
  Effect.map(load(document, given), (source) => ({
    url: source.url,
    warnings: source.warnings.map(({ code, place }) => `${code} ${place}`).toSorted(),
    ...Object.fromEntries(
      source.tools.map(({ binding, path }) => [path, member(binding, "server")] as const),
    ),
  }));

const unusable = ["/f/get/servers/0", "/f/get/servers/1", "/g/get/servers/0"].map(
  (place) => `server_unusable /paths/${place.replace("/", "~1")}`,
);

describe("servers", () => {
  it.effect("of an operation win over its path item's, and these over the description's", () =>
    Effect.gen(function* () {
      expect(yield* serversWith({})).toEqual({
        url: "https://api.example.com/v1",
        warnings: unusable,
        plain: null,
        own: "https://uploads.example.com",
        path: "https://path.example.com",
        both: "https://uploads.example.com/v2",
        again: null,
        sandbox: "https://sandbox.example.com",
        unusable: null,
        second: "https://uploads.example.com",
        sameOrigin: "https://other.example.com/h",
      });
    }),
  );

  it.effect(
    "of the description alone are replaced by a base URL, and headers go to its origin only",
    () =>
      Effect.gen(function* () {
        const headers = { "x-api-key": "k" };
        const given = { baseUrl: "https://other.example.com", headers };
        expect(yield* serversWith(given)).toEqual({
          url: "https://other.example.com",
          warnings: [
            ...["/b/get", "/c/get", "/c/put", "/g/get"].map(
              (place) => `headers_not_sent /paths/${place.replace("/", "~1")}`,
            ),
            ...unusable,
          ],
          plain: null,
          own: "https://uploads.example.com",
          path: "https://path.example.com",
          both: "https://uploads.example.com/v2",
          again: null,
          sandbox: null,
          unusable: null,
          second: "https://uploads.example.com",
          sameOrigin: "https://other.example.com/h",
        });
      }),
  );

  it.scopedLive("get the calls of their operations, where a base URL is set, too", () =>
    Effect.gen(function* () {
      const answer = ({ headers, url }: Request) =>
        Response.json([new URL(url).pathname, headers.get("x-api-key")]);
      const api = yield* serve(answer);
      const uploads = yield* serve(answer);
      const here = describing({
        "/a": { get: { operationId: "a" } },
        "/b": { get: { operationId: "b", servers: at(`${uploads}/u`) } },
      });
      const given = { baseUrl: api, headers: { "x-api-key": "k" } };
      expect((yield* invoke(here, "a", {}, given)).data).toEqual(["/a", "k"]);
      expect((yield* invoke(here, "b", {}, given)).data).toEqual(["/u/b", null]);
      expect(member(tool(yield* load(here, given), "b").binding, "server")).toBe(`${uploads}/u`);
    }),
  );
});
