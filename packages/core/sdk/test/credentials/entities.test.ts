import { describe, expect, it, vi } from "@effect/vitest";
import { makeRedactor } from "@executor/sdk";

const token = "<S3cr3t&Value>";
const { bytes } = makeRedactor([{ whole: token, part: token }]);
const redacted = (body: string): string =>
  new TextDecoder().decode(bytes(new TextEncoder().encode(body)));

describe("HTML's entities", () => {
  it.each([
    "&lt;S3cr3t&amp;Value&gt;",
    "&#60;S3cr3t&#038;Value&#62;",
    "&#x3c;S3cr3t&#X26;Value&#x3E;",
    "&amp;lt;S3cr3t&amp;amp;Value&amp;#62;",
  ])("are read in %s", (body) => {
    expect(redacted(`a ${body} b`)).toBe("a [redacted] b");
  });

  it.each(["&#;", "&#x;", "&#9z;", "&#x110000;", "&amps;", "&;", "&#60"])(
    "are not seen in %s",
    (body) => {
      const text = `a ${body}S3cr3t&amp;Value&gt; b`;
      expect(redacted(text)).toBe(text);
    },
  );

  it("cost no text of their own, of which a reply could ask for millions", () => {
    const made = vi.spyOn(String, "fromCharCode");
    redacted("&amp;&#65;".repeat(10_000));
    const { length } = made.mock.calls;
    made.mockRestore();
    expect(length).toBe(0);
  });
});
