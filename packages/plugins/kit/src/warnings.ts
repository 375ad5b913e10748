import type { SourceWarning } from "@executor/sdk";

/** Warnings of one reading that are kept in full. */
const maxWarnings = 10_000;

/** What one reading of a description does not use as it is written. */
export interface Warnings {
  /** Adds a warning unless its code and place have one; `place` is a {@link pointer}, or a name such as `Query.user`. */
  readonly warn: (code: string, message: string, place: string | null) => void;
  readonly all: () => ReadonlyArray<SourceWarning>;
}

export const makeWarnings = (): Warnings => {
  const known = new Map<string, SourceWarning>();
  return {
    warn: (code, message, place) => {
      const key = `${code} ${place ?? message}`;
      if (known.size < maxWarnings && !known.has(key)) known.set(key, { code, message, place });
    },
    all: () => [...known.values()],
  };
};

/** JSON pointer to a place by its keys (RFC 6901): `pointer("paths", "/a")` gives `/paths/~1a`. */
export const pointer = (...keys: ReadonlyArray<string | number>): string =>
  keys.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
