/** Whether a word is a long mix of letters and digits, as services make tokens. */
export const looksLikeToken = (word: string): boolean =>
  /^[\w.+=~-]{20,}$/.test(word) &&
  word.split(/[^A-Za-z0-9]+/).some((run) => run.length >= 16 && /\d/.test(run) && /\D/.test(run));
