import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { makeRedactor } from "../../src/credentials/redactor.ts";
import type { Json } from "../../src/model/json.ts";

const secret = 'se"cret-\\value';
const redactor = makeRedactor([{ whole: `Bearer ${secret}`, part: secret }]);

describe("makeRedactor", () => {
  it("removes values from texts, also where JSON escapes them", () => {
    expect(redactor.text(`sent Bearer ${secret}, had ${secret}`)).toBe(
      "sent [redacted], had [redacted]",
    );
    expect(redactor.text(JSON.stringify({ got: secret }))).toBe('{"got":"[redacted]"}');
  });

  it("removes values from members' names and values at any depth", () => {
    expect(redactor.json({ a: [1, null, { [secret]: `x${secret}y` }], b: { c: "kept" } })).toEqual({
      a: [1, null, { "[redacted]": "x[redacted]y" }],
      b: { c: "kept" },
    });
  });

  it("returns a value without credentials itself, not a copy", () => {
    const kept = { b: [true, "kept"] };
    expect(redactor.json(kept)).toBe(kept);
    const changed = redactor.json({ kept, secret });
    expect(changed).toEqual({ kept, secret: "[redacted]" });
  });

  it("leaves short values alone, which occur in data by chance", () => {
    const short = makeRedactor([{ whole: "Bearer 1", part: "1" }]);
    expect(short.text("1 of Bearer 1")).toBe("1 of [redacted]");
    expect(short.json({ count: "1" })).toEqual({ count: "1" });
  });

  it("leaves no value in any JSON", () => {
    const { letrec, oneof, constant, string, array, dictionary, double } = fc;
    const key = oneof(string(), constant(secret), constant(`a${secret}`));
    const { json } = letrec<{ json: Json }>((tie) => ({
      json: oneof(
        { depthSize: "small" },
        key,
        double(),
        constant(null),
        array(tie("json")),
        dictionary(key, tie("json")),
      ),
    }));
    fc.assert(
      fc.property(json, (value) => {
        expect(JSON.stringify(redactor.json(value))).not.toContain(
          JSON.stringify(secret).slice(1, -1),
        );
      }),
    );
  });
});
