/** Whether a command line asks for the completions of bash, and for nothing else. */
export const wantsBashCompletions = ([option, shell, ...others]: ReadonlyArray<string>): boolean =>
  option === "--completions" && (shell === "bash" || shell === "sh") && others.length === 0;

/**
 * The script that `@effect/cli` 0.77 writes for bash, with two mistakes mended: it looks commands below others up by another
 * name than it has set (`executor,sources,add` for `executor__sources`), and offers all choices of an option as one word.
 */
export const mendBashCompletions = (lines: ReadonlyArray<string>): string =>
  lines
    .join("\n")
    .replaceAll(/^(\s+)(\w+),([\w-]+),([\w-]+)\)$/gm, "$1$2__$3,$4)")
    .replaceAll(
      /compgen -W "([\w,-]+)"/g,
      (_, words: string) => `compgen -W "${words.replaceAll(",", " ")}"`,
    );
