import { describe, expect, it } from "@effect/vitest";
import { Either } from "effect";
import { endpointKey, endpointOf, endpointUrl } from "../../src/transports/endpoint.ts";
import { settingsOf } from "../support/source.ts";

const endpoint = (given: Parameters<typeof settingsOf>[0]) =>
  Either.getOrThrow(endpointOf(settingsOf(given)));
const key = (given: Parameters<typeof settingsOf>[0]) => endpointKey(endpoint(given));

const url = "https://mcp.example.com/mcp";

describe("endpointOf", () => {
  it.each([
    [{}, /neither a URL nor a command/],
    [{ url, command: "npx" }, /both were given/],
    [{ url: "ftp://example.com" }, /not an http or https URL/],
    [{ url: "not a url" }, /not an http or https URL/],
    [{ url: "https://user:password@example.com" }, /user name or password/],
    [{ url, transport: "stdio" as const }, /needs a command/],
    [{ command: "npx", transport: "sse" as const }, /connected over stdio/],
  ])("refuses %j", (given, says) => {
    const refused = endpointOf(settingsOf(given));
    expect(Either.isLeft(refused) && refused.left.message).toMatch(says);
    expect(String(refused)).not.toContain("password@");
  });

  it("gives the URL of calls", () => {
    expect(endpointUrl(endpoint({ url: `${url}#part` }))).toBe(url);
    expect(endpointUrl(endpoint({ command: "npx", args: ["--key", "k"] }))).toBe("stdio:npx");
  });
});

describe("endpointKey", () => {
  it("differs for everything that needs another connection", () => {
    const keys = [
      key({ url }),
      key({ url: `${url}?tenant=2` }),
      key({ url, transport: "http" }),
      key({ url, transport: "sse" }),
      key({ url, headers: { authorization: "a" } }),
      key({ url, headers: { authorization: "b" } }),
      key({ url, headers: { authorization: "a", "x-tenant": "2" } }),
      key({ command: "npx" }),
      key({ command: "npx", args: ["a", "b"] }),
      key({ command: "npx", args: ["a b"] }),
      key({ command: "npx", env: { A: "1" } }),
      key({ command: "npx", env: { A: "2" } }),
      key({ command: "npx", cwd: "there" }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is equal for equal endpoints", () => {
    expect(key({ url, headers: { a: "1", b: "2" } })).toBe(
      key({ url, headers: { b: "2", a: "1" } }),
    );
    expect(key({ url, headers: { Authorization: "a" } })).toBe(
      key({ url, headers: { authorization: "a" } }),
    );
    expect(key({ url, timeoutMs: 1 })).toBe(key({ url, timeoutMs: 2 }));
  });

  it("reveals nothing of a header", () => {
    expect(key({ url, headers: { authorization: "Bearer abc" } })).not.toContain("abc");
  });
});
