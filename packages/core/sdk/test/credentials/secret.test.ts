import { describe, expect, it } from "@effect/vitest";
import { Either, Redacted, Schema } from "effect";
import { NewSecret, originOf } from "../../src/credentials/secret.ts";

describe("originOf", () => {
  it.each([
    ["https://api.github.com/repos?q#f", "https://api.github.com"],
    ["HTTPS://API.GitHub.com:443/", "https://api.github.com"],
    ["https://api.github.com:8443", "https://api.github.com:8443"],
    ["http://127.0.0.1:80/", "http://127.0.0.1"],
    ["http://127.1/", "http://127.0.0.1"],
    ["https://api.github.com\\@evil.example/", "https://api.github.com"],
    ["https://api.github.com@evil.example/", undefined],
    ["https://api.github.com:x@evil.example/", undefined],
    ["https://@evil.example/", "https://evil.example"],
    ["//api.github.com", undefined],
    ["api.github.com", undefined],
    ["file:///etc/passwd", undefined],
    ["data:text/plain,https://api.github.com", undefined],
    ["stdio:npx", "stdio:npx"],
    ["stdio:/opt/my server", "stdio:/opt/my server"],
    ["stdio:", undefined],
    ["stdio: npx", undefined],
  ])("of %s is %s", (url, origin) => {
    expect(originOf(url)).toBe(origin);
  });
});

describe("NewSecret", () => {
  const decode = Schema.decodeUnknownEither(NewSecret, { errors: "all" });
  const value = "hunter2-hunter2";

  it.each([
    [["https://api.github.com"]],
    [["http://localhost:8080", "https://a.example:8443", "stdio:npx"]],
  ])("takes the origins %s", (origins) => {
    const secret = Either.getOrThrow(decode({ value, origins }));
    expect(Redacted.value(secret.value)).toBe(value);
    expect(JSON.stringify(secret)).not.toContain("hunter2");
  });

  it.each([
    [[]],
    [["api.github.com"]],
    [["https://api.github.com/"]],
    [["https://API.github.com"]],
    [["https://*.github.com"]],
    [["https://user@api.github.com"]],
    [["https://api.github.com:443"]],
    [["ftp://api.github.com"]],
    [["*"]],
    [["stdio:"]],
    [undefined],
  ])("refuses the origins %s", (origins) => {
    expect(Either.isLeft(decode({ value, origins }))).toBe(true);
  });

  it.each([
    { value, origins: [] },
    { value: [value], origins: ["https://a.example"] },
    { value: { nested: value }, origins: ["https://a.example"] },
    { value: value.repeat(10_000), origins: ["https://a.example"] },
    { value },
  ])("never repeats the value in the error (case %#)", (given) => {
    expect(String(Either.getOrThrow(Either.flip(decode(given))))).not.toContain("hunter2");
  });
});
