import { apiKey } from "@better-auth/api-key";
import { betterAuth } from "better-auth";
import type { BetterAuthOptions } from "better-auth";
import { organization } from "better-auth/plugins";
import { createAccessControl } from "better-auth/plugins/access";
import {
  adminAc,
  defaultStatements,
  memberAc,
  ownerAc,
} from "better-auth/plugins/organization/access";
import type { Attempts } from "./attempts.ts";
import { limitHooks } from "./limits.ts";
import { gatedPasswords } from "./password-gate.ts";

/** Configuration id, in better-auth, of the keys of organizations. */
export const keyKind = "org";

/** Path of better-auth's own endpoints: sign-up, sign-in, sessions, organizations, members. */
export const authPath = "/api/auth";

const keyActions = ["create", "read", "update", "delete"] as const;
const accessControl = createAccessControl({ ...defaultStatements, apiKey: keyActions });
const roles = {
  owner: accessControl.newRole({ ...ownerAc.statements, apiKey: [...keyActions] }),
  admin: accessControl.newRole({ ...adminAc.statements, apiKey: [...keyActions] }),
  member: accessControl.newRole({ ...memberAc.statements }),
};

const day = 24 * 60 * 60;

export interface AuthSettings {
  readonly url: string;
  readonly secret: string;
  readonly database: NonNullable<BetterAuthOptions["database"]>;
  /** Counts attempts, which are unlimited without it. */
  readonly attempts?: Attempts;
}

/** better-auth for people, their sessions and organizations, and the organizations' keys. */
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
    plugins: [
      organization({
        ac: accessControl,
        roles,
        organizationHooks: {
          // A key must not outlive its organization.
          afterDeleteOrganization: async ({ organization: { id } }) => {
            const { adapter } = await auth.$context;
            await adapter.deleteMany({
              model: "apikey",
              where: [{ field: "referenceId", value: id }],
            });
          },
        },
      }),
      apiKey([
        {
          configId: keyKind,
          references: "organization",
          defaultPrefix: "exk_",
          rateLimit: { enabled: false },
          keyExpiration: { maxExpiresIn: 365, minExpiresIn: 0 },
        },
      ]),
    ],
  });
  return auth;
};

export type Auth = ReturnType<typeof makeAuth>;
