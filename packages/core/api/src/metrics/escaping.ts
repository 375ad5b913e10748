/**
 * How names that are legal in UTF-8 only are written for a server that does not take them: the values of the `escaping`
 * parameter in `Accept` and `Content-Type`.
 */
export const escapingSchemes = ["allow-utf-8", "underscores", "dots", "values"] as const;

export type EscapingScheme = (typeof escapingSchemes)[number];

const legalMetricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const legalLabelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/**
 * A metric's name as it is written under `scheme`. A name that the classic formats allow stands as it is under every scheme,
 * even under `dots`, which would double its underscores: so does what Prometheus's own client library writes.
 */
export const escapeMetricName = (name: string, scheme: EscapingScheme): string =>
  legalMetricName.test(name) ? name : escapeName(name, scheme);

/**
 * A label's name as it is written under `scheme`; legal ones stand as they are. A colon is legal in metric names only, so
 * under every scheme that escapes it is escaped here.
 */
export const escapeLabelName = (name: string, scheme: EscapingScheme): string =>
  legalLabelName.test(name) ? name : escapeRunes(name, scheme, /[a-zA-Z0-9_]/);

/**
 * A name under `scheme` (Prometheus's "Escaping Schemes"). `underscores` and `values` leave legal metric names alone; `dots`
 * escapes the underscores of every name, so that the name can be read back. A digit is illegal as the first rune. An empty
 * name stays empty.
 */
export const escapeName = (name: string, scheme: EscapingScheme): string =>
  scheme !== "dots" && legalMetricName.test(name)
    ? name
    : escapeRunes(name, scheme, /[a-zA-Z0-9_:]/);

const escapeRunes = (name: string, scheme: EscapingScheme, legal: RegExp): string => {
  if (name === "" || scheme === "allow-utf-8") return name;
  let escaped = scheme === "values" ? "U__" : "";
  let first = true;
  for (const rune of name.toWellFormed()) {
    const isLegal = legal.test(rune) && !(first && /[0-9]/.test(rune));
    if (rune === "_") escaped += scheme === "underscores" ? "_" : "__";
    else if (rune === "." && scheme === "dots") escaped += "_dot_";
    else escaped += isLegal ? rune : replacement(rune, scheme);
    first = false;
  }
  return escaped;
};

const replacement = (rune: string, scheme: Exclude<EscapingScheme, "allow-utf-8">): string => {
  switch (scheme) {
    case "underscores":
      return "_";
    case "dots":
      return "__";
    case "values":
      return `_${(rune.codePointAt(0) ?? 0).toString(16)}_`;
  }
};
