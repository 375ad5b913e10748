import { capitalise, fingerprint, joinWords, type Steps } from "@executor/plugin-kit";

/** Fields of an operation that its tool's path is built from. `method` is an identifier such as `get`; with `path` it is unique. */
export interface NamedOperation {
  readonly method: string;
  readonly path: string;
  readonly operationId: string | undefined;
  /** The operation's first tag. */
  readonly tag: string | undefined;
}

/**
 * The tools' paths, in the order of the operations. A path depends on the set of operations and not on their order.
 *
 * - `repos/list-for-org` gives `repos.listForOrg`: dots and slashes of an operationId separate segments.
 * - `getPetById` with the tag `pet` gives `pet.getPetById`; without a tag `getPetById`.
 * - Without an operationId, `GET /repos/{owner}/{repo}` gives `repos.getByOwnerRepo`, and `GET /repos` gives `repos.get`.
 * - Operations with the same path all get a suffix: their method, or their method and route if methods collide, or a
 *   fingerprint of both if that collides too. The tools of other operations keep their paths.
 */
export function* toolPaths(
  operations: ReadonlyArray<NamedOperation>,
): Steps<ReadonlyArray<string>> {
  const wanted: Array<{ readonly operation: NamedOperation; readonly path: string }> = [];
  for (const operation of operations) {
    wanted.push({ operation, path: wantedPath(operation) });
    yield;
  }
  const groups = Map.groupBy(wanted, ({ path }) => path);
  const suffixOf = new Map<string, Suffix>();
  for (const [path, members] of groups) {
    if (members.length === 1) continue;
    const isUnique = (suffix: Suffix): boolean => {
      const candidates = members.map(({ operation }) => path + suffix(operation));
      return (
        new Set(candidates).size === candidates.length &&
        !candidates.some((candidate) => groups.has(candidate))
      );
    };
    suffixOf.set(path, [byMethod, byRoute].find(isUnique) ?? byFingerprint);
    yield;
  }
  const suffixed = wanted.map(
    ({ operation, path }) => path + (suffixOf.get(path)?.(operation) ?? ""),
  );
  // Suffixes of two groups can still give the same path.
  const counts = Map.groupBy(suffixed, (path) => path);
  return wanted.map(({ operation, path }, index) => {
    const name = suffixed[index] ?? path;
    return counts.get(name)?.length === 1 ? name : path + byFingerprint(operation);
  });
}

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

type Suffix = (operation: NamedOperation) => string;

const byMethod: Suffix = ({ method }) => capitalise(method);
const byRoute: Suffix = ({ method, path }) =>
  capitalise(method) + pathFromRoute("", path).split(".").map(capitalise).join("");
const byFingerprint: Suffix = ({ method, path }) => `_${fingerprint(`${method} ${path}`)}`;

const isPresent = (segment: string): boolean => segment !== "";

/**
 * Text as one identifier that may stand after a dot; `""` without a usable character. Words are joined in camel case
 * (`list-repos` gives `listRepos`). An identifier stays as it is, except for a capital first letter (`GetPet` gives `getPet`).
 */
const identifier = (source: string): string => {
  const [first, ...rest] = source
    .normalize("NFKD")
    .replace(/[\u0300-\u036f'’]/g, "")
    .split(/[^A-Za-z0-9_]+/)
    .filter(isPresent);
  return first === undefined ? "" : joinWords([lowerFirst(first), ...rest]);
};

const lowerFirst = (word: string): string =>
  /^[A-Z](?![A-Z])/.test(word) ? word.charAt(0).toLowerCase() + word.slice(1) : word;
