import type { TextPosition } from "./code-error.ts";

/** A place in generated code, and the place in the source that it stems from; lines and columns count from 0. */
interface Segment {
  readonly column: number;
  readonly sourceLine: number;
  readonly sourceColumn: number;
}

const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Places in the source of a source map, version 3, with one source (https://tc39.es/ecma426/). */
export class SourceMap {
  readonly #lines: ReadonlyArray<ReadonlyArray<Segment>>;

  constructor(json: string) {
    const map: unknown = JSON.parse(json);
    const mappings = typeof map === "object" && map !== null && "mappings" in map && map.mappings;
    this.#lines = typeof mappings === "string" ? decode(mappings) : [];
  }

  /** The source's place for a place in the generated code: that of the last segment at or before it. */
  originalPosition({ column, line }: TextPosition): TextPosition {
    for (let index = Math.min(line, this.#lines.length) - 1; index >= 0; index--) {
      const segments = this.#lines[index] ?? [];
      const isBefore = (segment: Segment) => index < line - 1 || segment.column < column;
      const found = segments.findLast(isBefore);
      if (found !== undefined) {
        return { line: found.sourceLine + 1, column: found.sourceColumn + 1 };
      }
    }
    return { line: 1, column: 1 };
  }
}

const decode = (mappings: string): ReadonlyArray<ReadonlyArray<Segment>> => {
  let sourceLine = 0;
  let sourceColumn = 0;
  return mappings.split(";").map((line) => {
    let column = 0;
    const segments: Array<Segment> = [];
    for (const text of line.split(",")) {
      const [columns = 0, , lines, sourceColumns = 0] = decodeNumbers(text);
      column += columns;
      if (lines === undefined) continue;
      sourceLine += lines;
      sourceColumn += sourceColumns;
      segments.push({ column, sourceLine, sourceColumn });
    }
    return segments;
  });
};

/** Numbers in groups of five bits, the least significant group first, with the sign in its lowest bit. */
const decodeNumbers = (text: string): ReadonlyArray<number> => {
  const numbers: Array<number> = [];
  let bits = 0;
  let shift = 0;
  for (const character of text) {
    const digit = digits.indexOf(character);
    bits += (digit & 31) << shift;
    shift += 5;
    if (digit >= 32) continue;
    numbers.push(bits & 1 ? -(bits >> 1) : bits >> 1);
    bits = 0;
    shift = 0;
  }
  return numbers;
};
