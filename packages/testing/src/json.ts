/** Whether parsed JSON is an object or an array. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** The value at a path of keys; `undefined` where there is none. */
export const member = (value: unknown, ...path: ReadonlyArray<string>): unknown =>
  path.reduce(
    (inner, key) => (isRecord(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined),
    value,
  );

/** The elements of an array; none of anything else. */
export const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : []);

/** The properties of an object as texts; none of anything else. */
export const texts = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).map(([name, text]) => [name, String(text)]),
  );
