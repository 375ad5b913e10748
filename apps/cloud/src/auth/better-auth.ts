import { betterAuth } from "better-auth";
import type { BetterAuthOptions } from "better-auth";
import { organization } from "better-auth/plugins";
import type { Attempts } from "./attempts.ts";
import { limitHooks } from "./limits.ts";
import { mailOptions } from "./mail-options.ts";
import type { MailSettings } from "./mail-options.ts";
import { gatedPasswords } from "./password-gate.ts";
import { tooManyOrganizations } from "./refusals.ts";

/** Path of better-auth's own endpoints: sign-up, sign-in, sessions, organizations, members. */
export const authPath = "/api/auth";

const day = 24 * 60 * 60;

/** Members of one organization, and its invitations that wait for an answer. */
const maxMembers = 100;

/** Characters of the header `User-Agent` that a session keeps. */
const maxUserAgentChars = 500;

/** Sessions of one account. A new one ends the oldest. */
const maxSessions = 50;

export interface AuthSettings {
  readonly url: string;
  readonly secret: string;
  readonly database: NonNullable<BetterAuthOptions["database"]>;
  /** Counts attempts, which are unlimited without it. */
  readonly attempts?: Attempts;
  /** Organizations that one account may own. */
  readonly maxOrganizations: number;
  /** Without it no address is verified, and a forgotten password stays forgotten. */
  readonly mail?: MailSettings | undefined;
}

/** better-auth for people, their sessions and organizations. Keys are rows of the same database; the app makes and reads them itself. */
export const makeAuth = (settings: AuthSettings) => {
  const { attempts, database, maxOrganizations, secret, url } = settings;
  const mail = settings.mail === undefined ? undefined : mailOptions(settings.mail, url);
  const ownedBy = async (userId: string): Promise<number> => {
    const { adapter } = await auth.$context;
    const isOwner = { field: "role", operator: "contains", value: "owner" } as const;
    return adapter.count({ model: "member", where: [{ field: "userId", value: userId }, isOwner] });
  };
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
    emailAndPassword: {
      enabled: true,
      minPasswordLength: 10,
      password: gatedPasswords,
      revokeSessionsOnPasswordReset: true,
      // Who sets a password by a mail has read it.
      onPasswordReset: async ({ user: { id } }) => {
        const { internalAdapter } = await auth.$context;
        await internalAdapter.updateUser(id, { emailVerified: true });
      },
      ...mail?.emailAndPassword,
    },
    ...(mail !== undefined && { emailVerification: mail.emailVerification }),
    ...(attempts !== undefined && { hooks: limitHooks(attempts) }),
    session: { expiresIn: 30 * day, updateAge: day },
    databaseHooks: {
      session: {
        create: {
          before: async ({ userAgent }) => ({
            data: { userAgent: userAgent?.slice(0, maxUserAgentChars) },
          }),
          after: async ({ userId }) => {
            const { adapter } = await auth.$context;
            const older = await adapter.findMany<{ readonly id: string }>({
              model: "session",
              where: [{ field: "userId", value: userId }],
              sortBy: { field: "createdAt", direction: "desc" },
              offset: maxSessions,
            });
            const value = older.map(({ id }) => id);
            const where = [{ field: "id", operator: "in" as const, value }];
            if (value.length > 0) await adapter.deleteMany({ model: "session", where });
          },
        },
      },
    },
    advanced: { ipAddress: { ipAddressHeaders: ["cf-connecting-ip"] } },
    plugins: [
      organization({
        membershipLimit: maxMembers,
        invitationLimit: maxMembers,
        requireEmailVerificationOnInvitation: mail !== undefined,
        organizationLimit: async ({ id }) => {
          if ((await ownedBy(id)) >= maxOrganizations) throw tooManyOrganizations(maxOrganizations);
          return false;
        },
        organizationHooks: {
          // Of several that are made at once, each has passed the limit above before the others existed.
          afterCreateOrganization: async ({ organization: { id }, user }) => {
            if ((await ownedBy(user.id)) <= maxOrganizations) return;
            const { adapter } = await auth.$context;
            await adapter.delete({ model: "organization", where: [{ field: "id", value: id }] });
            throw tooManyOrganizations(maxOrganizations);
          },
        },
      }),
    ],
  });
  return auth;
};

export type Auth = ReturnType<typeof makeAuth>;
