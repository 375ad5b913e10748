import { reservedNamespaces } from "@executor/sdk/schemas";

const maxNamespaceChars = 63;
const maxSecretChars = 100;

/** A namespace from the name that a server has in a client's file: "GitHub (work)" gives `github_work`. */
export const namespaceOf = (name: string): string => {
  const words = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_")
    .replaceAll(/^_+|_+$/g, "");
  const usable = /^[a-z]/.test(words) ? words : `mcp_${words}`.replace(/_$/, "");
  return usable.slice(0, maxNamespaceChars).replace(/_+$/, "");
};

/** The namespace itself, or with the first number that makes it free. */
export const freeNamespace = (wanted: string, taken: ReadonlySet<string>): string =>
  firstFree(
    wanted,
    maxNamespaceChars,
    "_",
    (name) => taken.has(name) || reservedNamespaces.has(name),
  );

/** Whether {@link freeNamespace} may have made a namespace of the wanted one. */
export const isNumbered = (namespace: string, wanted: string): boolean => {
  const stem = namespace.replace(/_\d+$/, "");
  return (
    stem !== namespace &&
    (stem === wanted || (namespace.length === maxNamespaceChars && wanted.startsWith(stem)))
  );
};

/** The name of the secret for a header or a variable of a source, which no other secret has. */
export const freeSecretName = (
  namespace: string,
  field: string,
  taken: ReadonlySet<string>,
): string =>
  firstFree(
    `${namespace}-${field.toLowerCase().replaceAll(/[^a-z0-9._-]+/g, "-")}`,
    maxSecretChars,
    "-",
    (name) => taken.has(name),
  );

const firstFree = (
  wanted: string,
  max: number,
  separator: string,
  isTaken: (name: string) => boolean,
): string => {
  let name = wanted.slice(0, max);
  for (let number = 2; isTaken(name); number += 1) {
    const suffix = `${separator}${number}`;
    name = wanted.slice(0, max - suffix.length) + suffix;
  }
  return name;
};
