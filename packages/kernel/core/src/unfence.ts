/** The opening line of a Markdown fence, its text and its closing line. */
const fenced = /^([ \t]*)(`{3,}|~{3,})[^\n`]*\n([\s\S]*?)^[ \t]*\2[ \t]*$/m;
const unclosed = /^\s*(?:`{3,}|~{3,})[^\n`]*\n/;

/**
 * The code inside the first Markdown fence, or all of it where there is none. What is left out becomes empty lines, so
 * that line numbers stay those of the text as it was sent.
 */
export const unfence = (source: string): string => {
  const block = fenced.exec(source);
  if (block !== null) {
    const opening = block[0].indexOf("\n") + 1;
    return emptyLines(source.slice(0, block.index + opening)) + (block[3] ?? "");
  }
  const opening = unclosed.exec(source);
  return opening === null ? source : emptyLines(opening[0]) + source.slice(opening[0].length);
};

const emptyLines = (text: string): string => "\n".repeat(text.split("\n").length - 1);
