export { graphQlPlugin } from "./plugin.ts";
