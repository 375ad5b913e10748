import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { directNames } from "../src/tools/direct-names.ts";

const namesOf = (addresses: ReadonlyArray<string>): ReadonlyArray<string> =>
  addresses.map(directNames(addresses));

/** Words that flatten alike, whose joints differ: `a.b_c`, `a_b.c`, `a.b.c`, `a.b$c`. */
const word = fc.constantFrom("a", "b");
const joined = (joints: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(fc.tuple(joints, word), { minLength: 1, maxLength }).map((parts) => parts.flat());
const namespace = joined(fc.constant("_"), 2).map((parts) => parts.slice(1).join(""));
const path = joined(fc.constantFrom("_", ".", "$"), 3).map((parts) => parts.slice(1).join(""));
const long = path.map((short) => short.padEnd(80, "x"));
const address = fc
  .tuple(namespace, fc.oneof(path, path, long))
  .map(([source, tool]) => `${source}.${tool}`);
const catalogue = fc.uniqueArray(address, { minLength: 1, maxLength: 20 });

describe("the names of tools that clients are given", () => {
  it("are addresses with _ for dots", () => {
    expect(namesOf(["up.echo", "github.issues.create", "github.git_tags.list"])).toEqual([
      "up_echo",
      "github_issues_create",
      "github_git_tags_list",
    ]);
  });

  it("have a fingerprint where they would not be one tool's alone", () => {
    const [longer, trespassing, own, alike] = namesOf([
      "bank_issues.create",
      "bank.issues_all",
      "bank.accounts.list",
      "bank.accounts_list",
    ]);
    expect(longer).toBe("bank_issues_create");
    expect(trespassing).toMatch(/^bank_issues_all_[0-9a-f]{16}$/);
    expect(own).toMatch(/^bank_accounts_list_[0-9a-f]{16}$/);
    expect(alike).toMatch(/^bank_accounts_list_[0-9a-f]{16}$/);
    expect(alike).not.toBe(own);
  });

  it("are each one tool's, and fit clients", () => {
    fc.assert(
      fc.property(catalogue, (addresses) => {
        const names = namesOf(addresses);
        expect(new Set(names).size).toBe(names.length);
        for (const name of names) expect(name).toMatch(/^\w{1,64}$/);
      }),
    );
  });

  it("do not depend on the order, nor go to another tool when more are added", () => {
    fc.assert(
      fc.property(catalogue, catalogue, (before, added) => {
        const after = [...new Set([...added, ...before])];
        const tools = new Map(after.map((tool) => [directNames(after.toReversed())(tool), tool]));
        expect(namesOf(after)).toEqual([...tools.keys()]);
        const nameOf = directNames(before);
        for (const tool of before) expect([tool, undefined]).toContain(tools.get(nameOf(tool)));
      }),
    );
  });

  it("go to no source with a shorter namespace once their own tool is gone", () => {
    fc.assert(
      fc.property(namespace, word, path, (shorter, rest, tool) => {
        const own = `${shorter}_${rest}`;
        const known = directNames([`${own}.${tool}`, `${shorter}.x`])(`${own}.${tool}`);
        const after = namesOf([`${own}.left`, `${shorter}.${rest}_${tool}`]);
        expect(after).not.toContain(known);
      }),
    );
  });

  it("are no other tool's fingerprinted name", () => {
    const alike = ["bank.accounts.list", "bank.accounts_list"];
    const copies = namesOf(alike).map((name) => name.replace("_", "."));
    expect(new Set(namesOf([...alike, ...copies])).size).toBe(4);
  });
});
