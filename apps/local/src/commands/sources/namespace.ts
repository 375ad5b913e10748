import { textArgument } from "../options.ts";

export const namespaceArgument = textArgument(
  "namespace",
  "The source, as executor sources list shows it",
);
