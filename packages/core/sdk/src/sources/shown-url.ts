/** A URL as people may see it: user names, passwords and queries may hold credentials. */
export const shownUrl = (url: string): string =>
  url.replace(/^(https?:\/\/)[^/?#]*@/i, "$1").replace(/^(https?:[^?#]*)[?#].*$/is, "$1");
