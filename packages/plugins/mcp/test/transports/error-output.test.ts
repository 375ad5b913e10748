import { describe, expect, it } from "@effect/vitest";
import { makeRedactor } from "@executor/sdk";
import fc from "fast-check";
import { ErrorOutput } from "../../src/transports/error-output.ts";
import { plainText } from "../../src/transports/plain-text.ts";

const encoder = new TextEncoder();
const noSecrets = makeRedactor([]);

const outputOf = (text: string, chunkBytes = 1_000): string => {
  const output = new ErrorOutput();
  const bytes = encoder.encode(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    output.keep(bytes.subarray(at, at + chunkBytes));
  }
  return output.text(noSecrets);
};

describe("ErrorOutput", () => {
  it("gives what fits as it is", () => {
    expect(outputOf("  No key.\nUsage: …\n")).toBe("No key.\nUsage: …");
    expect(outputOf("x".repeat(2_000))).toBe("x".repeat(2_000));
  });

  it("gives beginning and end of what is longer, however it is split", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(5_000, 64 * 1024, 70_000, 330_000, 1_000_000),
        fc.integer({ min: 1_000, max: 100_000 }),
        (length, chunkBytes) => {
          const shown = outputOf(`No key.${"~".repeat(length)}exit`, chunkBytes);
          expect(shown).toMatch(/^No key\.~+ \[…\] ~+exit$/);
          expect(shown.length).toBeLessThan(2_100);
        },
      ),
      { numRuns: 20 },
    );
  });
});

describe("plainText", () => {
  it.each([
    ["\u001b]0;title\u0007told", "told"],
    ["\u001b[31mred\u001b[0m", "red"],
    ["a\r\nb\tc", "a\nb\tc"],
    ["\u202egnp.exe", "gnp.exe"],
    ["\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\", "link"],
  ])("%j becomes %j", (text, plain) => {
    expect(plainText(text)).toBe(plain);
  });

  it("leaves nothing that a terminal obeys", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "\u001b",
        "\u001b[",
        "\u001b]",
        "\u0007",
        "\u009b",
        "\u009d",
        "\u202e",
        "\u2028",
      ),
      fc.string({ maxLength: 5, unit: "binary" }),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 10 }), (parts) => {
        const left = plainText(parts.join("")).replaceAll(/[\t\n]/g, "");
        expect(left).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
      }),
    );
  });
});
