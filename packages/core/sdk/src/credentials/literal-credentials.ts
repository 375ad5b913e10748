import { looksLikeToken } from "../model/token-like.ts";
import { isCredentialName } from "./credential-name.ts";
import type { Credential } from "./spellings.ts";

/** A literal value, if its name says that it is a credential. */
export const literalCredential = (name: string, value: string): ReadonlyArray<Credential> =>
  isCredentialName(name)
    ? [{ whole: value, part: value.replace(/^[A-Za-z][\w-]* +(?=\S)/, "") }]
    : [];

/** Credentials of a variable: its value if its name says so, or what its value shows, such as a connection string's password. */
export const variableCredentials = (name: string, value: string): ReadonlyArray<Credential> => [
  ...literalCredential(name, value),
  ...credentialsWithin(value),
];

/**
 * Credentials in a program's arguments: values of flags and of pairs that are named like one, header lines, passwords in URLs, and
 * words that are long mixes of letters and digits where no other flag names them.
 */
export const argumentCredentials = (args: ReadonlyArray<string>): ReadonlyArray<Credential> =>
  args.flatMap((argument, index) => {
    const flag = /^--?([\w.-]+)$/.exec(args[index - 1] ?? "");
    const isValue = flag !== null && !argument.startsWith("-");
    const named = isValue && namesCredential(flag[1] ?? "");
    return [
      ...(named ? [both(argument), { whole: `${flag[0]} ${argument}`, part: argument }] : []),
      ...headerLine(argument),
      ...credentialsWithin(argument),
      ...(!isValue && looksLikeToken(argument) ? [both(argument)] : []),
    ];
  });

/** Values of a URL's query whose names say that they are credentials, as they are written and as they are meant. */
export const queryCredentials = (url: string): ReadonlyArray<Credential> => {
  const query = /^https?:[^?#]*\?([^#]*)/is.exec(url)?.[1] ?? "";
  return query.split("&").flatMap((pair) => {
    const [, name = "", value = ""] = /^([^=]*)=(.*)$/s.exec(pair) ?? [];
    return value !== "" && isCredentialName(decoded(name))
      ? [both(value), both(decoded(value))]
      : [];
  });
};

/** Passwords of URLs, and values of pairs such as `Pwd=…` whose names say that they are credentials. */
export const credentialsWithin = (text: string): ReadonlyArray<Credential> => [
  ...Array.from(text.matchAll(urlUser), ([, user = "", password = ""]) => [
    { whole: `${user}:${password}@`, part: password },
    both(decoded(password)),
  ]).flat(),
  ...Array.from(text.matchAll(pairs), ([whole, name = "", value = ""]) =>
    namesCredential(name) ? [{ whole, part: value }] : [],
  ).flat(),
];

const urlUser = /\b[a-z][a-z0-9+.-]{0,30}:\/\/([^/?#@\s:]{0,200}):([^/?#\s]{1,500})@/gi;
const pairs = /([\w.-]{1,100})=([^\s"',;&]+)/g;

const both = (value: string): Credential => ({ whole: value, part: value });

/** A header as programs such as `mcp-remote` take it in one argument. */
const headerLine = (argument: string): ReadonlyArray<Credential> => {
  const [, name = "", value = ""] = /^([\w-]{1,100}): *(\S.*)$/s.exec(argument) ?? [];
  return literalCredential(name, value);
};

/** Flags that are named for a credential and hold where it is, or what kind it has, hold none. */
const namesCredential = (name: string): boolean =>
  isCredentialName(name) && !/(dir|file|mode|name|path|type|ur[il])$/i.test(name);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};
