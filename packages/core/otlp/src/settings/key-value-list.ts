/** What a list such as `a=1,b=2` holds, and what is wrong with it. Problems name keys and positions, never values. */
export interface KeyValueList {
  readonly entries: ReadonlyArray<readonly [key: string, value: string]>;
  readonly problems: ReadonlyArray<string>;
}

/**
 * Reads a list of the form that OpenTelemetry's variables have: commas between entries, values percent-encoded. A value may hold
 * `=`. An entry that cannot be read is left out; a value that is not percent-encoded as it should be is taken as it stands.
 */
export const parseKeyValueList = (text: string): KeyValueList => {
  const entries: Array<readonly [string, string]> = [];
  const problems: Array<string> = [];
  for (const [index, entry] of text.split(",").entries()) {
    if (entry.trim() === "") continue;
    const separator = entry.indexOf("=");
    const key = percentDecode(entry.slice(0, Math.max(0, separator)).trim());
    const value = percentDecode(entry.slice(separator + 1).trim());
    if (separator < 1 || key === undefined || key === "") {
      problems.push(`entry ${index + 1} is not of the form key=value and is left out`);
      continue;
    }
    if (value === undefined) {
      problems.push(`the value of ${key} is not percent-encoded and is taken as it stands`);
    }
    entries.push([key, value ?? entry.slice(separator + 1).trim()]);
  }
  return { entries, problems };
};

/** `undefined` where it is not percent-encoded as it should be. */
export const percentDecode = (text: string): string | undefined => {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
};
