import { betterAuth } from "better-auth";
import type { BetterAuthOptions } from "better-auth";
import { organization } from "better-auth/plugins";
import type { Attempts } from "./attempts.ts";
import { limitHooks } from "./limits.ts";
import { gatedPasswords } from "./password-gate.ts";

/** Path of better-auth's own endpoints: sign-up, sign-in, sessions, organizations, members. */
export const authPath = "/api/auth";

const day = 24 * 60 * 60;

export interface AuthSettings {
  readonly url: string;
  readonly secret: string;
  readonly database: NonNullable<BetterAuthOptions["database"]>;
  /** Counts attempts, which are unlimited without it. */
  readonly attempts?: Attempts;
}

/** better-auth for people, their sessions and organizations. Keys are rows of the same database; the app makes and reads them itself. */
export const makeAuth = ({ attempts, database, secret, url }: AuthSettings) => {
  const auth = betterAuth({
    appName: "Executor",
    baseURL: url,
    basePath: authPath,
    secret,
    database,
    telemetry: { enabled: false },
    logger: { level: "error" },
    // Over http the only client is this machine, which has no address to limit by.
    rateLimit: { enabled: url.startsWith("https:") },
    emailAndPassword: { enabled: true, minPasswordLength: 10, password: gatedPasswords },
    ...(attempts !== undefined && { hooks: limitHooks(attempts) }),
    session: { expiresIn: 30 * day, updateAge: day },
    advanced: { ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] } },
    plugins: [organization()],
  });
  return auth;
};

export type Auth = ReturnType<typeof makeAuth>;
