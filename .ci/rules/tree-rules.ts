import type { RepositoryFile } from "./rules.ts";

/** A rule over all files at once. */
export interface TreeRule {
  readonly name: string;
  /** What is wrong, as `path: problem`. */
  readonly problems: (files: ReadonlyArray<RepositoryFile>) => ReadonlyArray<string>;
}

const maxFilesInFolder = 20;

/** Lines that may stand in a row in two places of the product's source. */
const maxRepeatedLines = 5;

const isSource = (path: string): boolean =>
  /^(packages|apps)\/.+\/src\/.+\.tsx?$/.test(path) && !path.endsWith(".d.ts");

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/** Code that is written for its folder; what tools name and generate is theirs. */
const isCode = (path: string): boolean => /\.tsx?$/.test(path);

export const treeRules: ReadonlyArray<TreeRule> = [
  {
    name: "folder-size",
    problems: (files) => {
      const folders = Map.groupBy(
        files.filter(({ path }) => isCode(path)),
        ({ path }) => folderOf(path),
      );
      return [...folders].flatMap(([folder, { length }]) =>
        length <= maxFilesInFolder
          ? []
          : [
              `${folder}: ${length} files, and ${maxFilesInFolder} are allowed. Give each noun a folder of its own.`,
            ],
      );
    },
  },
  {
    name: "repeated-lines",
    problems: (files) => {
      const places = new Map<string, string>();
      return files.filter(({ path }) => isSource(path)).flatMap((file) => repeats(file, places));
    },
  },
  {
    name: "warning-codes",
    problems: (files) => {
      const page = files.find(({ path }) => path === "docs/descriptions.md")?.text;
      if (page === undefined) return [];
      const codes = files
        .filter(({ path }) => isSource(path) && /^packages\/(?:plugins|core\/sdk)\//.test(path))
        .flatMap(({ path, text }) =>
          [...text.matchAll(warningCode)].map(([, code = ""]) => ({ path, code })),
        );
      return codes
        .filter(({ code }) => !page.includes(`\`${code}\``))
        .map(({ path, code }) => `${path}: the warning ${code} is not in docs/descriptions.md.`);
    },
  },
];

/** The code of a warning where it is given. */
const warningCode = /\b(?:(?:warn|tell|lose)\(\s*(?:\w+,\s*)?|code: )"([a-z]+(?:_[a-z]+)+)"/g;

/** Where runs of this file's lines stand already; `places` learns those that are new. */
const repeats = (
  { path, text }: RepositoryFile,
  places: Map<string, string>,
): ReadonlyArray<string> => {
  const lines = significantLines(text);
  const problems: Array<string> = [];
  let reportedUntil = 0;
  for (let at = 0; at + maxRepeatedLines < lines.length; at += 1) {
    const run = lines.slice(at, at + maxRepeatedLines + 1);
    const key = run.map(({ code }) => code).join("\n");
    const place = `${path}:${run[0]?.number ?? 0}`;
    const other = places.get(key);
    if (other === undefined) places.set(key, place);
    else if (at >= reportedUntil) {
      problems.push(
        `${place}: the lines from here stand at ${other} too. Write them once, and import them.`,
      );
      reportedUntil = at + run.length;
    }
  }
  return problems;
};

/** Lines of code without imports, comments, and lines of punctuation alone. */
const significantLines = (text: string) =>
  text
    .replaceAll(/^(import|export)\s[^;]*?\sfrom\s+"[^"]+";|^import "[^"]+";/gm, blank)
    .replaceAll(/\/\*[\s\S]*?\*\//g, blank)
    .split("\n")
    .map((line, index) => ({ code: line.trim(), number: index + 1 }))
    .filter(({ code }) => /\w/.test(code) && !code.startsWith("//"));

/** The line breaks of a text, so that what follows keeps its line number. */
const blank = (text: string): string => text.replaceAll(/[^\n]/g, "");

/** Every problem of these files taken together, as `path: rule: problem`. */
export const checkTree = (files: ReadonlyArray<RepositoryFile>): ReadonlyArray<string> =>
  treeRules.flatMap((rule) =>
    rule.problems(files).map((problem) => problem.replace(": ", `: ${rule.name}: `)),
  );
