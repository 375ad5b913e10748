import { describe, expect, it } from "@effect/vitest";
import { estimateTokens } from "../../src/index.ts";

const repository = {
  id: 1296269,
  node_id: "MDEwOlJlcG9zaXRvcnkxMjk2MjY5",
  full_name: "octocat/Hello-World",
  private: false,
  html_url: "https://github.com/octocat/Hello-World",
  description: "This your first repo!",
  created_at: "2011-01-26T19:01:12Z",
  permissions: { admin: false, push: false, pull: true },
};
const prose =
  "Runs agent code against the tools, asks people if that is needed, and remembers the result. A paused run no longer depends on its caller, and a question that expires fails its call.";
const code =
  "const total = items.filter(({ state }) => state === 'open').reduce((sum, { size }) => sum + size, 0);\nreturn { total, average: total / items.length };";
const list = JSON.stringify(Array.from({ length: 500 }, () => repository));

describe("the estimate of tokens", () => {
  // Counted by gpt-tokenizer 4.0.0; the end-to-end tests compare 2,223 texts of GitHub with it.
  it.each<[string, string, number]>([
    ["a reply", JSON.stringify(repository), 97],
    ["an indented reply", JSON.stringify(repository, null, 2), 128],
    ["prose", prose, 38],
    ["code", code, 40],
    ["a hash", "401c59dcc4570b954dd6d345e76199e1f4e76266", 22],
    ["a list of 143,501 characters", list, 48_502],
    ["prose and then replies", prose.repeat(200) + list.slice(0, 28_701), 17_301],
  ])("is within 15 %% of o200k_base for %s", (_, text, tokens) => {
    expect(Math.abs(estimateTokens(text) / tokens - 1)).toBeLessThan(0.15);
  });

  it("is 0 for no text", () => {
    expect(estimateTokens("")).toBe(0);
  });

  it("reads 16 parts of a long text, which stand for the rest", () => {
    const text = "word ".repeat(1_000);
    const unread = text.slice(0, 200) + "1".repeat(100) + text.slice(300);
    expect(estimateTokens(unread)).toBe(estimateTokens(text));
  });

  it("counts each letter of scripts without blanks", () => {
    expect(estimateTokens("每个组织都有自己的来源")).toBe(8);
  });
});
