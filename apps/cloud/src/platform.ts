import { Identity } from "./auth/identity.ts";
import { unauthorized } from "./auth/refusal.ts";
import type { Refusal } from "./auth/refusal.ts";
import type { Environment } from "./environment.ts";
import { platformName } from "./refusals.ts";

/** The metrics of what belongs to no organization, for the platform's operator. */
export const platformMetricsPath = "/api/platform/metrics";

/** The operator by `EXECUTOR_PLATFORM_TOKEN`; nobody where that is not set. */
export const platformIdentity = async (
  { EXECUTOR_PLATFORM_TOKEN: token }: Environment,
  headers: Headers,
): Promise<Identity | Refusal> => {
  const given = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (token === undefined || token === "" || given === undefined || !(await isSame(given, token))) {
    return unauthorized(
      "This is for the platform's operator. Give the token EXECUTOR_PLATFORM_TOKEN.",
    );
  }
  return new Identity({
    organization: platformName,
    subject: "platform",
    permissions: ["metrics:read"],
    answersForAll: false,
  });
};

/** Their digests are compared, so that the time it takes tells nothing of the token. */
const isSame = async (left: string, right: string): Promise<boolean> => {
  const digests = await Promise.all([left, right].map(digest));
  const [first = "", second = ""] = digests;
  return first === second;
};

const digest = async (text: string): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();
