import { describe, expect, it } from "@effect/vitest";
import { readHeader, readVariable } from "../../../src/commands/sources/credential.ts";

describe("readHeader", () => {
  it.each([
    ["X-Key: abc", { name: "X-Key", value: "abc" }],
    ["X-Key:abc: d", { name: "X-Key", value: "abc: d" }],
    ["X-Empty:", { name: "X-Empty", value: "" }],
    ["X-Key: secret:github-token", { name: "X-Key", value: { secret: "github-token" } }],
    [
      "Authorization: Bearer secret:github",
      { name: "Authorization", value: { secret: "github", prefix: "Bearer " } },
    ],
    ["X-Note: no secret: here", { name: "X-Note", value: "no secret: here" }],
    ["X-Note: a b secret:c", { name: "X-Note", value: "a b secret:c" }],
  ])("reads %s", (text, expected) => {
    expect(readHeader(text)).toEqual(expected);
  });

  it.each(["X-Key", "X Key: a", ": a", ""])("refuses %j", (text) => {
    expect(readHeader(text)).toEqual({ problem: expect.stringContaining("'Name: value'") });
  });
});

describe("readVariable", () => {
  it.each([
    ["TOKEN=a=b", { name: "TOKEN", value: "a=b" }],
    ["TOKEN=", { name: "TOKEN", value: "" }],
    ["TOKEN=secret:github", { name: "TOKEN", value: { secret: "github" } }],
  ])("reads %s", (text, expected) => {
    expect(readVariable(text)).toEqual(expected);
  });

  it.each(["TOKEN", "1=2", "A B=c", "=a"])("refuses %j", (text) => {
    expect(readVariable(text)).toEqual({ problem: expect.stringContaining("NAME=value") });
  });
});
