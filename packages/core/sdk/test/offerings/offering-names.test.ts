import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import {
  clientBlock,
  promptName,
  readPromptName,
  readResourceUri,
  resourceUri,
} from "../../src/offerings/offering-names.ts";

const namespaces = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/);
const names = fc.oneof(
  fc.string({ minLength: 1, unit: "binary" }),
  fc.webUrl({ withFragments: true, withQueryParameters: true }),
  fc.constantFrom("executor://other/x", "a.b.c", "../x", "//", "{+path}{?q*}", "%2e%2e/", "\n"),
);

describe("names of what sources offer", () => {
  it("lead back to the source and its own name, whatever that is", () => {
    fc.assert(
      fc.property(namespaces, names, (namespace, name) => {
        expect(readResourceUri(resourceUri(namespace, name))).toEqual({ namespace, name });
        expect(readPromptName(promptName(namespace, name))).toEqual({ namespace, name });
      }),
    );
  });

  it("are those of one source only", () => {
    fc.assert(
      fc.property(namespaces, names, namespaces, names, (one, a, other, b) => {
        fc.pre(one !== other || a !== b);
        expect(resourceUri(one, a)).not.toBe(resourceUri(other, b));
        expect(promptName(one, a)).not.toBe(promptName(other, b));
      }),
    );
  });

  it("have no other spelling", () => {
    fc.assert(
      fc.property(fc.oneof(names, fc.string()), (given) => {
        const resource = readResourceUri(given);
        const prompt = readPromptName(given);
        expect(resource ? resourceUri(resource.namespace, resource.name) : given).toBe(given);
        expect(prompt ? promptName(prompt.namespace, prompt.name) : given).toBe(given);
      }),
    );
    for (const spelling of [
      "executor:///x",
      "executor://A/x",
      "EXECUTOR://a/x",
      "executor://a",
      "executor://a/",
      "executor://a@b/x",
      "executor://a:1/x",
      "executor://a%62/x",
      " executor://a/x",
    ]) {
      expect(readResourceUri(spelling)).toBeUndefined();
    }
  });

  it("stand in blocks in place of the source's own", () => {
    const uri = "test://a";
    expect(clientBlock("up", { type: "resource_link", uri, name: "a" })).toEqual({
      type: "resource_link",
      uri: "executor://up/test://a",
      name: "a",
    });
    expect(clientBlock("up", { type: "resource", resource: { uri, text: "" } })).toEqual({
      type: "resource",
      resource: { uri: "executor://up/test://a", text: "" },
    });
    for (const block of [{ type: "text", text: uri }, { type: "resource" }, { uri }]) {
      expect(clientBlock("up", block)).toBe(block);
    }
  });
});
