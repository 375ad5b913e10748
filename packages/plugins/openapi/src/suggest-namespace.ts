import { namespaceOf, titleWords } from "@executor/plugin-kit";

/** Words of titles that tell sources apart badly. */
const filler =
  /^(the|a|an|api|apis|rest|http|https|official|openapi|swagger|spec|specification|public|v?\d+)$/;

/** A namespace after a description's title: "GitHub v3 REST API" is `github`. `api` where nothing usable is left. */
export const suggestNamespace = (title: string): string => {
  const telling = titleWords(title).filter((word) => !filler.test(word));
  return namespaceOf(telling.slice(0, 4), "api");
};
