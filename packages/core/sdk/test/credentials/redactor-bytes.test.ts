import { describe, expect, it } from "@effect/vitest";
import * as fc from "fast-check";
import { makeRedactor } from "../../src/credentials/redactor.ts";

const encoder = new TextEncoder();
const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Runs of five characters of the secret that a text shows. */
const runsIn = (text: string, of: string): ReadonlyArray<string> =>
  Array.from({ length: of.length - 4 }, (_, at) => of.slice(at, at + 5)).filter((run) =>
    text.includes(run),
  );

const hexadecimal = (byte: number): string => byte.toString(16).padStart(2, "0");

type Spelling = (character: string) => string;

const code = (character: string): string => hexadecimal(character.charCodeAt(0));

/** Ways to write one character that one decoding undoes, by the format; the first leaves it plain where the format allows that. */
const formats = {
  json: [
    (character) => ('"\\'.includes(character) ? `\\${character}` : character),
    (character) => (character === "/" ? String.raw`\/` : String.raw`\u00${code(character)}`),
    (character) => String.raw`\u00${code(character).toUpperCase()}`,
    (character) => String.raw`\x${code(character)}`,
  ],
  percent: [
    (character) => (character === "%" ? "%25" : character),
    (character) => `%${code(character)}`,
    (character) => `%${code(character).toUpperCase()}`,
  ],
  html: [
    (character) => (character === "&" ? "&amp;" : character),
    (character) => `&#${character.charCodeAt(0)};`,
    (character) => `&#x${code(character)};`,
  ],
} satisfies Record<string, ReadonlyArray<Spelling>>;

/** Text with each character in the spelling that the next pick chooses. */
const escaped = (
  text: string,
  spellings: ReadonlyArray<Spelling>,
  picks: ReadonlyArray<number>,
): string =>
  [...text]
    .map((character, at) => {
      const pick = (picks[at % picks.length] ?? 0) % spellings.length;
      return spellings[pick]?.(character) ?? character;
    })
    .join("");

const secretOf = (characters: string) =>
  fc.string({ unit: fc.constantFrom(...characters), minLength: 8, maxLength: 60 });
const plain = "abcdefgXYZ0123456789_-/+=.:";
const secrets = secretOf(plain);
/** Text that ends no run of the secret. */
const surroundings = fc.string({ unit: fc.constantFrom(..."~!?;<>|^", "\n", "é", "😀", "''") });

describe("makeRedactor on bytes", () => {
  const token = "tok_4fJ9/kQ2+Zr8_wXy7-Lm1";
  const { bytes, text: redactText } = makeRedactor([{ whole: `Bearer ${token}`, part: token }]);

  it("leaves a body without credentials as it is, not a copy", () => {
    const body = encoder.encode(JSON.stringify({ a: 'x\n"y"', b: "?a=1&b=%20&amp;" }));
    expect(bytes(body)).toBe(body);
  });

  it.each([
    ["UTF-8", (text: string) => encoder.encode(text)],
    ["UTF-16LE", (text: string) => Buffer.from(text, "utf16le")],
    ["UTF-16BE", (text: string) => Buffer.from(text, "utf16le").swap16()],
    ["UTF-16LE with a mark", (text: string) => Buffer.from(`\ufeff${text}`, "utf16le")],
  ])("keeps the rest of a text in %s", (name, encode) => {
    const charset = name.startsWith("UTF-16BE")
      ? "utf-16be"
      : name.startsWith("UTF-16")
        ? "utf-16le"
        : "utf-8";
    const cleaned = new TextDecoder(charset).decode(bytes(encode(`Sent: ${token}, é thanks`)));
    expect(cleaned).toBe("Sent: [redacted], é thanks");
  });

  const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 20 });
  const everywhere = Object.values(formats).flat();

  it.each([
    ["JSON's", formats.json, `${plain}"\\%& {`],
    ["URLs'", formats.percent, `${plain}"\\%& {`],
    ["HTML's", formats.html, `${plain}"\\%& {`],
    ["all", everywhere, plain],
  ])("finds any mixture of %s escapes, and escapes of escapes", (_, spellings, characters) => {
    fc.assert(
      fc.property(
        secretOf(characters),
        picks,
        surroundings,
        surroundings,
        fc.constantFrom<Spelling>(
          (written) => written,
          (written) => JSON.stringify({ inner: written }),
          (written) => JSON.stringify({ inner: JSON.stringify([written]) }),
          encodeURIComponent,
        ),
        (secret, chosen, before, after, wrap) => {
          const redactor = makeRedactor([{ whole: `Bearer ${secret}`, part: secret }]);
          const written = wrap(`${before}${escaped(secret, spellings, chosen)}${after}`);
          expect(redactor.text(written)).toContain("[redacted]");
          expect(latin1(redactor.bytes(encoder.encode(written)))).toContain("[redacted]");
        },
      ),
    );
  });

  it("finds a value that holds characters of escapes, in HTML inside of JSON inside of JSON", () => {
    const value = String.raw`%aa\aaaa`;
    const { text } = makeRedactor([{ whole: value, part: value }]);
    const written = JSON.stringify(JSON.stringify(String.raw`&#37;a&#97;\&#97;a&#97;a`));
    expect(text(written)).toContain("[redacted]");
  });

  it("finds a value that holds characters of escapes, escaped in three formats", () => {
    const value = String.raw`p%ss&w0rd\x`;
    const { text } = makeRedactor([{ whole: value, part: value }]);
    const { html, json, percent } = formats;
    for (const [inner, middle, outer] of [
      [percent, html, json],
      [html, json, percent],
      [json, percent, html],
    ] as const) {
      const written = escaped(escaped(escaped(value, inner, [1]), middle, [1]), outer, [1]);
      expect(text(`~${written}~`)).toBe("~[redacted]~");
    }
  });

  it("finds a value in Base64 at every place, in both alphabets, and in hexadecimal", () => {
    fc.assert(
      fc.property(
        secrets,
        fc.uint8Array({ maxLength: 9 }),
        fc.uint8Array({ maxLength: 9 }),
        fc.constantFrom<BufferEncoding>("base64", "base64url", "hex"),
        (secret, before, after, encoding) => {
          const redactor = makeRedactor([{ whole: secret, part: secret }]);
          const around = Buffer.concat([before, Buffer.from(secret), after]);
          const shown = redactor.text(`data: ${around.toString(encoding)} end`);
          const rest = shown.replace("data: ", "").replace(" end", "").split("[redacted]");
          expect(rest.length).toBeGreaterThan(1);
          for (const piece of rest) {
            expect(Buffer.from(piece, encoding).length).toBeLessThanOrEqual(9 + 2);
          }
        },
      ),
    );
  });

  it("finds the parts of a value that servers take apart", () => {
    const basic = Buffer.from(`user:${token}`).toString("base64");
    const from = (whole: string, shown: string) =>
      makeRedactor([{ whole, part: whole.replace(/^Basic /, "") }]).text(shown);
    expect(from(`Basic ${basic}`, `user ${token}`)).toBe("user [redacted]");
    expect(from(`Basic ${basic}`, `user:${token}`)).toBe("[redacted]");
    const keyOnly = Buffer.from(`${token}:`).toString("base64");
    expect(from(`Basic ${keyOnly}`, `{"user":"${token}"}`)).toBe('{"user":"[redacted]"}');
    expect(from(`theme=dark; session=${token}`, `{"session":"${token}"}`)).toBe(
      '{"session":"[redacted]"}',
    );
  });

  it("shows at most four characters of a value that the body's edge cuts, at every place and in every encoding", () => {
    const encodings: ReadonlyArray<
      readonly [string, (text: string) => Uint8Array, (bytes: Uint8Array) => string]
    > = [
      ["utf-8", (text) => encoder.encode(text), latin1],
      [
        "utf-16le",
        (text) => Buffer.from(text, "utf16le"),
        (shown) => Buffer.from(shown).toString("utf16le"),
      ],
      [
        "hex",
        (text) => encoder.encode(Buffer.from(text).toString("hex")),
        (shown) =>
          Buffer.from(latin1(shown).replaceAll("[redacted]", "").slice(0, 400), "hex").toString(
            "latin1",
          ),
      ],
      [
        "JSON escapes",
        (text) => encoder.encode(escaped(text, formats.json, [2])),
        (shown) =>
          latin1(shown).replaceAll(/\\u00(..)/g, (_, digits: string) =>
            String.fromCharCode(Number.parseInt(digits, 16)),
          ),
      ],
      [
        "percent",
        (text) => encoder.encode(escaped(text, formats.percent, [1])),
        (shown) =>
          latin1(shown).replaceAll(/%(..)/g, (_, digits: string) =>
            String.fromCharCode(Number.parseInt(digits, 16)),
          ),
      ],
      [
        "Base64",
        (text) => encoder.encode(btoa(text)),
        (shown) =>
          Buffer.from(latin1(shown).replace("[redacted]", ""), "base64").toString("latin1"),
      ],
    ];
    for (const [name, encode, decode] of encodings) {
      const whole = encode(`~~~${token}`);
      const start = encode("~~~").length;
      for (let end = start + 1; end < whole.length; end += 1) {
        const shown = decode(bytes(whole.subarray(0, end)));
        expect([name, end, runsIn(shown, token)]).toEqual([name, end, []]);
      }
    }
    const tail = encoder.encode(`${token}~~~`);
    for (let start = 1; start < tail.length; start += 1) {
      expect(runsIn(latin1(bytes(tail.subarray(start))), token)).toEqual([]);
      expect(runsIn(latin1(bytes(tail.subarray(start, start + 7))), token)).toEqual([]);
    }
  });

  it("keeps JSON that holds a number or a structure like the value", () => {
    const numeric = makeRedactor([{ whole: "123456789", part: "123456789" }]);
    const clean = (text: string): string => latin1(numeric.bytes(encoder.encode(text)));
    expect(clean('{"id":123456789,"n":[1,1234567890]}')).toBe(
      '{"id":"[redacted]","n":[1,"[redacted]0"]}',
    );
    expect(numeric.json({ id: 123456789, n: [1, 2.5] })).toEqual({ id: "[redacted]", n: [1, 2.5] });
  });

  it("finds what repeats itself, where it begins anew in the middle", () => {
    const value = `${"ab".repeat(8)}c`;
    const { text } = makeRedactor([{ whole: value, part: value }]);
    expect(text(`abab${value}${"ab".repeat(9)}${value}d`)).toBe(
      `abab[redacted]${"ab".repeat(9)}[redacted]d`,
    );
  });

  it("redacts texts of any characters as a search of each value would", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("a", "ab", "abcabcab", "abcabcabd", "é", "x"), { maxLength: 60 }),
        (pieces) => {
          const redactor = makeRedactor([{ whole: "abcabcabd", part: "abcabcabd" }]);
          const given = pieces.join("");
          expect(redactor.text(given)).toBe(given.replaceAll("abcabcabd", "[redacted]"));
        },
      ),
    );
  });

  it("does not take every text that looks escaped for one", () => {
    expect(redactText(String.raw`C:\new\tab 100% &amp; &co; \u12 %zz`)).toBe(
      String.raw`C:\new\tab 100% &amp; &co; \u12 %zz`,
    );
  });
});
