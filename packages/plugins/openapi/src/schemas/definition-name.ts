import { fingerprint } from "../operations/fingerprint.ts";

const componentSchema = /^#\/components\/schemas\/([A-Za-z0-9._-]+)$/;
const objectMember: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));

/**
 * The name under which what a reference leads to stands in `$defs`. Component schemas keep theirs where it is one that
 * OpenAPI allows; everything else is named after its place, with a fingerprint (after `--`) that keeps places apart.
 */
export const definitionName = (reference: string): string => {
  const [, name] = componentSchema.exec(reference) ?? [];
  if (name !== undefined && !objectMember.has(name) && !name.includes("--")) return name;
  const place = reference
    .replace(/^#\/(components\/schemas\/)?/, "")
    .replace(/[^A-Za-z0-9]+/g, "_")
    .slice(0, 60);
  return `${place}--${fingerprint(reference)}`;
};
