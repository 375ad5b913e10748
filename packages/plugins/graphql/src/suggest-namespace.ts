import { namespaceOf, titleWords } from "@executor/plugin-kit";

/** Parts of host names that tell sources apart badly. */
const filler = /^(www|api|apis|graphql|gql|gateway|localhost|v?\d+)$/;

/** A namespace after an endpoint's host: `https://api.github.com/graphql` is `github`. `graphql` where nothing usable is left. */
export const suggestNamespace = (endpoint: string | undefined): string => {
  const host = endpoint === undefined ? "" : (URL.parse(endpoint)?.hostname ?? "");
  const labels = host.split(".");
  const telling = (labels.length > 1 ? labels.slice(0, -1) : labels).filter(
    (label) => !filler.test(label),
  );
  return namespaceOf(telling.flatMap(titleWords), "graphql");
};
