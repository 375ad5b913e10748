/** A header's or an environment variable's value as it is sent to the daemon: a text, or what names a secret. */
export type Credential = string | { readonly secret: string; readonly prefix?: string };

/** One name with its value, or what is wrong with the text. */
export type ReadCredential =
  | { readonly name: string; readonly value: Credential }
  | { readonly problem: string };

/** `Name: value`, as HTTP writes headers. */
export const readHeader = (text: string): ReadCredential => {
  const match = /^([^:\s]+):\s*(.*)$/s.exec(text);
  return match === null
    ? { problem: `A header is given as 'Name: value', and ${JSON.stringify(text)} is not.` }
    : { name: match[1] ?? "", value: readValue(match[2] ?? "") };
};

/** `NAME=value`, as shells write variables. */
export const readVariable = (text: string): ReadCredential => {
  const match = /^([A-Za-z_]\w*)=(.*)$/s.exec(text);
  return match === null
    ? { problem: `A variable is given as NAME=value, and ${JSON.stringify(text)} is not.` }
    : { name: match[1] ?? "", value: readValue(match[2] ?? "") };
};

/** `secret:NAME` stands for the secret of that name, also after a first word: `Bearer secret:NAME`. */
const reference = /^(\S+\s+)?secret:(\S+)$/;

const readValue = (text: string): Credential => {
  const match = reference.exec(text);
  if (match === null) return text;
  const [, prefix, secret = ""] = match;
  return prefix === undefined ? { secret } : { secret, prefix };
};
