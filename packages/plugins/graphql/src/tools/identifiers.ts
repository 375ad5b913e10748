import { isReserved } from "@executor/plugin-kit";

/**
 * The segments that stand for these fields, in their order. GraphQL's names are identifiers as they are (October 2021,
 * section 2.1.9); a reserved one gets underscores at its end until no other field has that name.
 */
export const segments = (fields: ReadonlyArray<string>): ReadonlyArray<string> => {
  const taken = new Set(fields);
  return fields.map((field) => (isReserved(field) ? freeName(`${field}_`, taken) : field));
};

/** `name`, with underscores at its end until it is not among those taken. */
export const freeName = (name: string, taken: ReadonlySet<string>): string =>
  taken.has(name) ? freeName(`${name}_`, taken) : name;
