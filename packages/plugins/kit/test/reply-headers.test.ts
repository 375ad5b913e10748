import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { replyHeaders } from "../src/reply-headers.ts";

describe("replyHeaders", () => {
  it("writes names in lower case and leaves out the connection's headers and cookies", () => {
    expect(
      replyHeaders({ ETag: '"1"', "Set-Cookie": "a=b", "keep-alive": "timeout=5", TE: "x" }),
    ).toEqual({ headers: { etag: '"1"' }, isCut: false });
  });

  it("says whether anything was cut, and gives at most 64 values of 8,192 characters", () => {
    const value = fc.nat({ max: 9_000 }).map((length) => "v".repeat(length));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 70 }), (values) => {
        const given = Object.fromEntries(values.map((each, index) => [`x-${index}`, each]));
        const { headers, isCut } = replyHeaders(given);
        const told = Object.entries(headers);
        expect(told.length).toBe(Math.min(64, values.length));
        for (const [name, text] of told) {
          expect(text.length).toBeLessThanOrEqual(8_192);
          expect(given[name]?.startsWith(text)).toBe(true);
        }
        const isWhole = JSON.stringify(headers) === JSON.stringify(given);
        expect(isCut).toBe(!isWhole);
      }),
      { numRuns: 50 },
    );
  });
});
