import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import protobuf from "protobufjs";
import { ProtobufWriter } from "../../src/protobuf/writer.ts";

const written = (write: (writer: ProtobufWriter) => void): protobuf.Reader => {
  const writer = new ProtobufWriter();
  write(writer);
  return protobuf.Reader.create(writer.take());
};

const toNumber = (value: protobuf.Long | number, isUnsigned: boolean): number =>
  protobuf.util.LongBits.from(value).toNumber(isUnsigned);

const wholeNumbers = fc.oneof(
  fc.maxSafeNat(),
  fc.nat({ max: 300 }),
  fc.integer({ min: 0, max: 53 }).map((power) => 2 ** power - 1),
  fc.integer({ min: 0, max: 52 }).map((power) => 2 ** power),
);

describe("ProtobufWriter", () => {
  it("writes whole numbers in as few bytes as they need", () => {
    fc.assert(
      fc.property(wholeNumbers, (value) => {
        const reader = written((writer) => writer.varint(value));
        expect(reader.len).toBe(Math.max(1, Math.ceil(value.toString(2).length / 7)));
        expect(toNumber(reader.uint64(), true)).toBe(value);
      }),
    );
  });

  it("writes int64 of either sign, fixed32, and bytes given as hex digits", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(toNumber(written((writer) => writer.int64(value)).int64(), false)).toBe(value);
      }),
    );
    expect(written((writer) => writer.fixed32(0xfffffffe)).fixed32()).toBe(0xfffffffe);
    const reader = written((writer) => writer.hex(0x0a, "00ff7fa0"));
    expect(reader.uint32()).toBe(0x0a);
    expect([...reader.bytes()]).toEqual([0x00, 0xff, 0x7f, 0xa0]);
  });

  it("writes numbers of either sign", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (value) => {
        const reader = written((writer) => writer.signed(value));
        expect(toNumber(reader.sint64(), false)).toBe(value);
      }),
    );
  });

  it("writes texts, numbers and copies from the last to the first, however long", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 300 }),
      fc.constantFrom("\u007f", "\u0080", "\u00ff", "a\u00e9"),
    );
    fc.assert(
      fc.property(
        anyText,
        fc.double(),
        fc.uint8Array({ maxLength: 40_000 }),
        (text, value, raw) => {
          const reader = written((writer) => {
            writer.copy(raw, 0, raw.length);
            writer.endMessage(0x1a, 0);
            writer.double(0x11, Number.NaN);
            const begin = writer.length - 1;
            writer.string(0x0a, text);
            writer.setDouble(begin, value);
          });
          expect([reader.uint32(), reader.string()]).toEqual([0x0a, text]);
          expect([reader.uint32(), reader.double()]).toEqual([0x11, value]);
          expect(reader.uint32()).toBe(0x1a);
          expect(Buffer.from(reader.bytes()).equals(raw)).toBe(true);
          expect(reader.pos).toBe(reader.len);
        },
      ),
    );
  });

  it("has nothing left behind it when it is taken or cleared", () => {
    const writer = new ProtobufWriter();
    writer.varint(1);
    expect(writer.take()).toHaveLength(1);
    writer.varint(1);
    writer.clear();
    expect(writer.take()).toHaveLength(0);
  });
});
