/** Characters of a text in a record at most. */
const maxChars = 8 * 1024;

/** A text of a log record, cut to 8,192 characters and told so at its end; no surrogate pair is split. */
export const boundedText = (text: string): string => {
  if (text.length <= maxChars) return text;
  const kept = text
    .slice(0, maxChars)
    .replace(/[\ud800-\udbff]$/, "")
    .toWellFormed();
  return `${kept}… (cut, ${text.length - kept.length} more characters)`;
};
