import { describe, expect, it } from "@effect/vitest";
import type { ElicitationRequest } from "@executor/sdk";
import fc from "fast-check";
import { formOf } from "../src/tools/client.ts";

const esc = "\u001b";
const asking = (more: Partial<ElicitationRequest>): string | undefined =>
  formOf({
    kind: "approval",
    address: "a.b",
    message: "Ok?",
    input: {},
    requestedSchema: {},
    ...more,
  })?.message;

describe("the text of a question", () => {
  it("has nothing that a terminal would obey, and shows what an input has of it", () => {
    expect(
      asking({ message: `${esc}[2JFine,\n\u202etwo\u009b lines`, input: { a: "\u202eb\u009b" } }),
    ).toBe('[2JFine,\ntwo lines\n\n{\n  "a": "\\u202eb\\u009b"\n}');
    expect(asking({ kind: "form", message: `${esc}[31mName?` })).toBe("[31mName?");
  });

  it("gives an input's JSON, whatever it holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        const shown = asking({ message: text, input: { text } }) ?? "";
        expect(shown).not.toMatch(/(?![\t\n])[\p{Cc}\u2028-\u202e]/u);
        expect(JSON.parse(shown.slice(shown.lastIndexOf("\n\n{") + 2))).toEqual({ text });
      }),
    );
  });
});
