import { Namespace, reservedNamespaces } from "@executor/sdk";
import { Schema } from "effect";

const isNamespace = Schema.is(Namespace);

/** Words of titles that tell sources apart badly. */
const filler =
  /^(the|a|an|api|apis|rest|http|https|official|openapi|swagger|spec|specification|public|v?\d+)$/;

/** A namespace after a description's title: "GitHub v3 REST API" is `github`. `api` where nothing usable is left. */
export const suggestNamespace = (title: string): string => {
  const words = title
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]|['’]s\b/g, "")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const telling = words.filter((word) => word !== "" && !filler.test(word)).slice(0, 4);
  const name = telling
    .join("_")
    .replace(/^[0-9_]+/, "")
    .slice(0, 40)
    .replace(/_+$/, "");
  return isNamespace(name) && !reservedNamespaces.has(name) ? name : "api";
};
