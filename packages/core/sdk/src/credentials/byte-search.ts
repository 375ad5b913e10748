/** Bytes to search for. */
export interface Needle {
  /** At least {@link window} bytes. */
  readonly bytes: Uint8Array;
  /** Bytes that an incomplete match at the edge of a body has at least; `Infinity` where none counts. */
  readonly edge: number;
  /** Encoding of the text that replaces it. */
  readonly encoding: "utf-8" | "utf-16le" | "utf-16be";
}

/** A place in a body, and what was found there. */
export interface Found {
  readonly start: number;
  readonly end: number;
  readonly needle: Needle;
}

/** Length of the shortest needle, and of the window that is moved over the body. */
export const window = 8;

export interface ByteSearch {
  /** Whether a text may hold a needle of ASCII characters; certain where it may not. Cheaper than encoding the text. */
  readonly mayHold: (text: string) => boolean;
  /** Whole needles, from left to right, without overlaps: at each place the longest. */
  readonly all: (body: Uint8Array) => Array<Found>;
  /** Needles that the body's edges cut: of each the longest part at the start and at the end. */
  readonly edges: (body: Uint8Array) => Array<Found>;
}

const hashes = 4_096;

const hash = (left = 0, right = 0): number => ((left << 4) ^ right) & (hashes - 1);

/**
 * Search for many needles at once: Wu and Manber's ("A fast algorithm for multi-pattern searching", 1994). It looks at about
 * every seventh byte of a body that holds none. Knuth, Morris and Pratt's borders keep the comparisons linear in the body,
 * whatever it repeats.
 */
export const makeByteSearch = (needles: ReadonlyArray<Needle>): ByteSearch => {
  const patterns = needles.map((needle) => ({ needle, borders: bordersOf(needle.bytes) }));
  const shifts = new Uint8Array(hashes).fill(window - 1);
  const endingWith = new Map<number, Array<number>>();
  for (const [index, { bytes }] of needles.entries()) {
    for (let at = 1; at < window; at += 1) {
      const key = hash(bytes[at - 1], bytes[at]);
      shifts[key] = Math.min(shifts[key] ?? 0, window - 1 - at);
    }
    const key = hash(bytes[window - 2], bytes[window - 1]);
    const indexes = endingWith.get(key) ?? [];
    indexes.push(index);
    endingWith.set(key, indexes);
  }

  const all = (body: Uint8Array): Array<Found> => {
    const found: Array<Found> = [];
    /** Of each needle the next place where it may stand, and how much of it is known to match there. */
    let starts: Uint32Array | undefined;
    let known: Uint32Array | undefined;

    const matchAt = (index: number, start: number): Found | undefined => {
      starts ??= new Uint32Array(patterns.length);
      known ??= new Uint32Array(patterns.length);
      const pattern = patterns[index];
      const next = starts[index] ?? 0;
      if (pattern === undefined || start < next) return undefined;
      const { needle, borders } = pattern;
      const { bytes } = needle;
      let matched = start === next ? (known[index] ?? 0) : 0;
      while (matched < bytes.length && body[start + matched] === bytes[matched]) matched += 1;
      if (matched === bytes.length) return { start, end: start + matched, needle };
      const border = borders[matched] ?? 0;
      starts[index] = start + Math.max(1, matched - border);
      known[index] = border;
      return undefined;
    };

    let end = window - 1;
    while (end < body.length) {
      const key = hash(body[end - 1], body[end]);
      const shift = shifts[key] ?? 0;
      if (shift > 0) {
        end += shift;
        continue;
      }
      const start = end - window + 1;
      let longest: Found | undefined;
      for (const index of endingWith.get(key) ?? []) {
        const match = matchAt(index, start);
        if (match !== undefined && match.end > (longest?.end ?? 0)) longest = match;
      }
      if (longest !== undefined) found.push(longest);
      end = longest === undefined ? end + 1 : longest.end + window - 1;
    }
    return found;
  };

  const mayHold = (text: string): boolean => {
    let end = window - 1;
    while (end < text.length) {
      const key = hash(text.charCodeAt(end - 1), text.charCodeAt(end));
      const shift = shifts[key] ?? 0;
      if (shift > 0) end += shift;
      else if (
        endingWith.get(key)?.some((index) => startsAt(text, end - window + 1, index)) === true
      )
        return true;
      else end += 1;
    }
    return false;
  };

  const startsAt = (text: string, start: number, index: number): boolean => {
    const bytes = needles[index]?.bytes;
    let at = 0;
    while (at < window && text.charCodeAt(start + at) === bytes?.[at]) at += 1;
    return at === window;
  };

  const longest = Math.max(0, ...needles.map(({ bytes }) => bytes.length));

  const edges = (body: Uint8Array): Array<Found> => {
    const headBorders = bordersOf(body.subarray(0, longest));
    return patterns.flatMap(({ needle, borders }) => {
      const head = headOf(body, needle, headBorders);
      const tail = tailOf(body, needle, borders);
      return [
        ...(head >= needle.edge ? [{ start: 0, end: head, needle }] : []),
        ...(tail >= needle.edge ? [{ start: body.length - tail, end: body.length, needle }] : []),
      ];
    });
  };

  return { all, edges, mayHold };
};

/** Of each prefix the length of its longest proper prefix that is also its suffix. */
const bordersOf = (bytes: Uint8Array): Uint32Array => {
  const borders = new Uint32Array(bytes.length + 1);
  let border = 0;
  for (let at = 1; at < bytes.length; at += 1) {
    while (border > 0 && bytes[border] !== bytes[at]) border = borders[border] ?? 0;
    if (bytes[border] === bytes[at]) border += 1;
    borders[at + 1] = border;
  }
  return borders;
};

/** Length of the longest start of the body that ends a needle, or of the whole body if it stands inside of one. */
const headOf = (body: Uint8Array, { bytes, edge }: Needle, borders: Uint32Array): number => {
  if (edge > bytes.length) return 0;
  let matched = 0;
  for (let at = 1; at < bytes.length; at += 1) {
    while (matched > 0 && body[matched] !== bytes[at]) matched = borders[matched] ?? 0;
    if (body[matched] === bytes[at]) matched += 1;
    if (matched === body.length) return matched;
  }
  return matched;
};

/** Length of the longest end of the body that begins a needle. */
const tailOf = (body: Uint8Array, { bytes, edge }: Needle, borders: Uint32Array): number => {
  if (edge > bytes.length) return 0;
  let matched = 0;
  for (let at = Math.max(0, body.length - bytes.length + 1); at < body.length; at += 1) {
    while (matched > 0 && bytes[matched] !== body[at]) matched = borders[matched] ?? 0;
    if (bytes[matched] === body[at]) matched += 1;
  }
  return matched;
};
