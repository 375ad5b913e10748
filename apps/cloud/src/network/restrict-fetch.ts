import { env } from "cloudflare:workers";
import { publicFetch } from "./public-fetch.ts";

const variable = "EXECUTOR_PRIVATE_UPSTREAMS";

/** Has everything in the process fetch from public addresses only, unless the app is configured otherwise. */
export const restrictFetch = (): void => {
  const allowsPrivate =
    typeof env === "object" && env !== null && Reflect.get(env, variable) === "true";
  if (allowsPrivate) return;
  // All that is bundled uses this one function, libraries included.
  const restricted = publicFetch(globalThis.fetch);
  globalThis.fetch = Object.assign(restricted, { preconnect: () => {} });
};
