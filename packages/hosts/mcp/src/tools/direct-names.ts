import { createHash } from "node:crypto";

/** Characters that widespread clients take in a tool's name. */
const maxNameChars = 64;

/** Hexadecimal digits of a fingerprint: so many that nobody makes an address with the fingerprint of another. */
const fingerprintChars = 16;
const fingerprintEnd = new RegExp(`_[0-9a-f]{${fingerprintChars}}$`);

/**
 * Gives the name by which clients know the tool at an address: the address with `_` for dots, where that name is the tool's alone.
 * Otherwise it ends with a fingerprint of the address, and the plain name is nobody's: where the tool of another address would have the
 * same name, where the name begins as those of a source with a longer namespace do, where it is too long, and where it ends like a
 * fingerprint. So no source gets calls that are meant for another, however it names its tools.
 */
export const directNames = (addresses: ReadonlyArray<string>): ((address: string) => string) => {
  const counts = new Map<string, number>();
  const namespaces = new Set<string>();
  for (const address of addresses) {
    const name = plainName(address);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    namespaces.add(namespaceOf(address));
  }
  return (address) => {
    const name = plainName(address);
    const own = namespaceOf(address);
    const isItsOwn =
      name.length <= maxNameChars &&
      !fingerprintEnd.test(name) &&
      counts.get(name) === 1 &&
      ![...namespaces].some((other) => other.length > own.length && name.startsWith(`${other}_`));
    return isItsOwn ? name : fingerprinted(name, address);
  };
};

const namespaceOf = (address: string): string => address.slice(0, address.indexOf("."));

const plainName = (address: string): string => address.replaceAll(/\W/g, "_");

const fingerprinted = (name: string, address: string): string => {
  const digest = createHash("sha256").update(address).digest("hex").slice(0, fingerprintChars);
  return `${name.slice(0, maxNameChars - fingerprintChars - 1)}_${digest}`;
};
