/** A file of the repository, its path relative to the root. */
export interface RepositoryFile {
  readonly path: string;
  readonly text: string;
}

export interface Rule {
  readonly name: string;
  readonly appliesTo: (path: string) => boolean;
  /** What is wrong with the file, one sentence each, with a line number where there is one. */
  readonly problems: (file: RepositoryFile) => ReadonlyArray<string>;
}

const maxLines = 400;

const isTypeScript = (path: string): boolean => /\.tsx?$/.test(path);
const isLockfile = (path: string): boolean => /(^|\/)bun\.lock$/.test(path);

/** Effect's types of a registry's entries, which the next version of Effect renames. */
const metricTypes = /\bMetric(?:Key|KeyType|State|Pair|Registry|Hook)\b/g;

/** This folder quotes what it forbids. */
const isRule = (path: string): boolean => path.startsWith(".ci/rules/");

/** `line 3: …` for each line that matches. */
const linesThat = (
  text: string,
  pattern: RegExp,
  problem: (match: string) => string,
): ReadonlyArray<string> =>
  text.split("\n").flatMap((line, index) => {
    const match = pattern.exec(line);
    return match === null ? [] : [`line ${index + 1}: ${problem(match[0].trim())}`];
  });

/** What oxlint and the compiler do not check. Each rule is a pure function over one file. */
export const rules: ReadonlyArray<Rule> = [
  {
    name: "length",
    appliesTo: isTypeScript,
    problems: ({ text }) => {
      const lines = text.trimEnd().split("\n").length;
      return lines <= maxLines
        ? []
        : [`${lines} lines, and ${maxLines} are allowed. Move a concept to a file of its own.`];
    },
  },
  {
    name: "file-name",
    appliesTo: (path) => isTypeScript(path) && !path.endsWith(".d.ts"),
    problems: ({ path }) => {
      const name = path.slice(path.lastIndexOf("/") + 1);
      return /^[a-z0-9]+(-[a-z0-9]+)*(\.(test|config|workspace))?\.tsx?$/.test(name)
        ? []
        : [`${name} is not kebab-case.`];
    },
  },
  {
    name: "index-re-exports",
    appliesTo: (path) => path.endsWith("/src/index.ts"),
    problems: ({ text }) => {
      const code = text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
      const rest = code.replaceAll(
        /export\s+(?:type\s+)?(?:\*(?:\s+as\s+\w+)?|\{[^}]*\})\s+from\s+"[^"]+";/g,
        "",
      );
      return rest.trim() === "" ? [] : ["An index.ts only re-exports. Move the rest to a module."];
    },
  },
  {
    name: "metric-types",
    appliesTo: (path) =>
      /(^|\/)src\/.*\.tsx?$/.test(path) &&
      !/^packages\/core\/telemetry\/src\/(instruments|reading)\//.test(path),
    problems: ({ text }) =>
      [
        ...new Set(
          [...text.matchAll(/import\s+[^;]*?\bfrom\s+"effect(?:\/[^"]*)?";/g)].flatMap(
            ([statement]) => statement.match(metricTypes) ?? [],
          ),
        ),
      ].map((name) => {
        return `${name} is known in packages/core/telemetry/src/{instruments,reading} only. Take series from @executor/telemetry/reading.`;
      }),
  },
  {
    name: "reasons",
    appliesTo: (path) => isTypeScript(path) && !isRule(path),
    problems: ({ text }) =>
      linesThat(text, /(?:oxlint|eslint)-disable(?:-next-line|-line)?(?!.* -- \S).*/, (match) => {
        return `"${match}" gives no reason. Write it after " -- ", or mend what the linter found.`;
      }),
  },
  {
    name: "lockfile",
    appliesTo: isLockfile,
    problems: ({ text }) =>
      linesThat(text, /https?:\/\/[^"\s]+/, (match) => {
        return `${match} ties the lockfile to one registry. Install without a registry in the configuration.`;
      }),
  },
  {
    name: "registries",
    appliesTo: (path) => !isRule(path) && !isLockfile(path),
    problems: ({ text }) =>
      linesThat(
        text,
        /https?:\/\/[^/\s"]*(?:registry|artifactory|nexus|verdaccio)[^/\s"]*/i,
        (match) => {
          return `${match} is a package registry. The client's own configuration names it.`;
        },
      ),
  },
  {
    name: "machine-paths",
    appliesTo: (path) => !isRule(path),
    problems: ({ text }) =>
      linesThat(text, /(?<![\w.\-/}])\/(?:work|root|tmp|home|Users)\/[\w.-]+/, (match) => {
        return `${match} is a path of one machine. Use a path relative to the file, or the system's folder for temporary files.`;
      }),
  },
];

/** Every problem of these files, as `path: rule: problem`. */
export const check = (files: Iterable<RepositoryFile>): ReadonlyArray<string> =>
  [...files].flatMap((file) =>
    rules
      .filter((rule) => rule.appliesTo(file.path))
      .flatMap((rule) =>
        rule.problems(file).map((problem) => `${file.path}: ${rule.name}: ${problem}`),
      ),
  );
