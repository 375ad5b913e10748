import { describe, expect, it } from "@effect/vitest";
import { unfence, withoutTrailingSemicolons } from "../src/source-text.ts";

const fences: ReadonlyArray<readonly [name: string, source: string, code: string]> = [
  ["no fence", "a\nb", "a\nb"],
  ["a fence", "```ts\na\n```", "\na\n"],
  ["an indented fence", "text\n  ```\n  a\n  ```  \nmore", "\n\n  a\n"],
  ["the first of two fences", "```\na\n```\n```\nb\n```", "\na\n"],
  ["a longer closing fence", "```\na\n`````", "\na\n"],
  ["a shorter fence inside of a longer one", "````\n```\na\n```\n````", "\n```\na\n```\n"],
  ["another marker inside of a fence", "~~~\n```\na\n~~~", "\n```\na\n"],
  ["a fence that never closes", "\n```ts\na", "\n\na"],
  ["a fence that never closes, after text", "text\n```ts\na", "text\n```ts\na"],
  ["a fence that never closes before one that does", "text\n```ts\n~~~\na\n~~~", "\n\n\na\n"],
  ["a backtick after the marker", "```a`\nb\n```", "```a`\nb\n```"],
  ["a fence that is only opened at the end", "text\n```", "text\n```"],
];

describe("unfence", () => {
  it.each(fences)("reads %s", (_name, source, code) => {
    expect(unfence(source)).toBe(code);
  });

  it("looks at each line once", () => {
    for (const line of ["```a\n", "~~~\n", "`````\n", "~~~`\n", "\n", " \n", "x\n"]) {
      const source = line.repeat(100_000);
      expect(unfence(source).length).toBeLessThanOrEqual(source.length);
    }
    expect(unfence("~".repeat(5_000_000) + "`")).toHaveLength(5_000_001);
    expect(unfence(" ".repeat(5_000_000) + "`")).toHaveLength(5_000_001);
  });
});

describe("withoutTrailingSemicolons", () => {
  it("removes semicolons and white space at the end only", () => {
    expect(withoutTrailingSemicolons("a; b ;\n; ")).toBe("a; b");
    expect(withoutTrailingSemicolons(" ;;")).toBe("");
    const inside = " ;".repeat(100_000) + "a";
    expect(withoutTrailingSemicolons(inside)).toBe(inside);
  });
});
