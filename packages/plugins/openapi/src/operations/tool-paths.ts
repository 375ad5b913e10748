import { capitalise } from "@executor/plugin-kit";
import { fingerprint } from "./fingerprint.ts";
import { identifier } from "./identifiers.ts";

/** What of an operation its tool is named after. `method` is in lower case; it and `path` are unique together. */
export interface NamedOperation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string | undefined;
  /** The operation's first tag. */
  readonly tag: string | undefined;
}

/**
 * The tools' paths, in the order of the operations. They depend on the set of operations and not on its order.
 *
 * - `repos/list-for-org` is `repos.listForOrg`: dots and slashes of an operationId part segments.
 * - `getPetById` under the tag `pet` is `pet.getPetById`; without a tag `getPetById`.
 * - Without an operationId, `GET /repos/{owner}/{repo}` is `repos.getByOwnerRepo`, and `GET /repos` is `repos.get`.
 * - Operations that come to the same path all get their method, where that does not tell them apart their method and path,
 *   and else a fingerprint of both. No other operation's tool changes its name.
 */
export const toolPaths = (operations: ReadonlyArray<NamedOperation>): ReadonlyArray<string> => {
  const wanted = operations.map(wantedPath);
  const groups = Map.groupBy(wanted.keys(), (index) => wanted[index] ?? "");
  const names = [...wanted];
  for (const [path, members] of groups) {
    if (members.length === 1) continue;
    const taken = (name: string): boolean => groups.has(name);
    const scheme = distinctions.find((distinguish) => {
      const candidates = members.map((index) => path + suffix(operations[index], distinguish));
      return new Set(candidates).size === candidates.length && !candidates.some(taken);
    });
    for (const index of members) {
      names[index] = path + suffix(operations[index], scheme ?? byFingerprint);
    }
  }
  const counts = Map.groupBy(names.keys(), (index) => names[index] ?? "");
  for (const members of counts.values()) {
    if (members.length === 1) continue;
    for (const index of members) {
      names[index] = `${wanted[index]}${suffix(operations[index], byFingerprint)}`;
    }
  }
  return names;
};

const wantedPath = (operation: NamedOperation): string => {
  const { method, operationId, path, tag } = operation;
  const segments = (operationId ?? "").split(/[./]/).map(identifier).filter(isPresent);
  const [only] = segments;
  if (only === undefined) return pathFromRoute(method, path);
  if (segments.length > 1) return segments.join(".");
  const group = identifier(tag ?? "");
  return group === "" ? only : `${group}.${only}`;
};

const pathFromRoute = (method: string, path: string): string => {
  const statics = path
    .replace(/\{[^}]*\}/g, "/")
    .split("/")
    .map(identifier)
    .filter(isPresent);
  const parameters = [...path.matchAll(/\{([^}]*)\}/g)].map(([, name]) => identifier(name ?? ""));
  const by = parameters.filter(isPresent).map(capitalise).join("");
  return [...statics, by === "" ? method : `${method}By${by}`].join(".");
};

type Distinction = (operation: NamedOperation) => string;

const byMethod: Distinction = ({ method }) => capitalise(method);
const byRoute: Distinction = (operation) =>
  capitalise(operation.method) +
  pathFromRoute("", operation.path).split(".").map(capitalise).join("");
const byFingerprint: Distinction = ({ method, path }) => `_${fingerprint(`${method} ${path}`)}`;
const distinctions: ReadonlyArray<Distinction> = [byMethod, byRoute];

const suffix = (operation: NamedOperation | undefined, distinguish: Distinction): string =>
  operation === undefined ? "" : distinguish(operation);

const isPresent = (segment: string): boolean => segment !== "";
