import { oneLine } from "../../terminal/printable.ts";

/** What stands in a text for a value that the file does not hold. */
export interface Placeholder {
  readonly kind: "env" | "input";
  readonly name: string;
  /** Value where the variable is not set: `${NAME:-value}`. */
  readonly fallback: string | undefined;
}

/** A part of a text: as it is, or a placeholder. */
export type TextPart = string | Placeholder;

/** `${env:NAME}`, `${input:NAME}`, `${NAME}`, `${NAME:-value}`; `${workspaceFolder}` and its like by their bare names. */
const pattern = /\$\{(?:(env|input):)?([^{}:]+)(?::-([^{}]*))?\}/g;

/** Paths that clients put in by themselves. */
export interface KnownPaths {
  readonly workspace: string;
  readonly home: string;
}

/** The parts of a text of a client's file, with paths in place of those placeholders that mean paths. */
export const textParts = (
  text: string,
  { home, workspace }: KnownPaths,
): ReadonlyArray<TextPart> => {
  const paths: Readonly<Record<string, string>> = {
    workspaceFolder: workspace,
    workspaceRoot: workspace,
    userHome: home,
    HOME: home,
    pathSeparator: "/",
    "/": "/",
  };
  const parts: Array<TextPart> = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const [whole, prefix, name = "", fallback] = match;
    const path = prefix === undefined && Object.hasOwn(paths, name) ? paths[name] : undefined;
    const isVariable = /^[A-Za-z_]\w*$/.test(name);
    if (path === undefined && prefix !== "input" && !isVariable) continue;
    parts.push(text.slice(end, match.index));
    parts.push(path ?? { kind: prefix === "input" ? "input" : "env", name, fallback });
    end = match.index + whole.length;
  }
  return [...parts, text.slice(end)].filter((part) => part !== "");
};

/** What a text waits for. */
export const placeholdersOf = (parts: ReadonlyArray<TextPart>): ReadonlyArray<Placeholder> =>
  parts.filter((part) => typeof part !== "string");

/** Placeholders are the same whose key is. */
export const keyOf = ({ kind, name }: Placeholder): string => `${kind}:${name}`;

/** The name of a placeholder as files write it. */
export const placeholderText = (placeholder: Placeholder): string =>
  `\${${oneLine(keyOf(placeholder))}}`;
