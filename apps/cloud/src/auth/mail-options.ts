import type { BetterAuthOptions } from "better-auth";
import { Effect } from "effect";
import { log } from "../telemetry/logging.ts";
import type { Mail, Mailer } from "./mailer.ts";

export interface MailSettings {
  readonly mailer: Mailer;
  /** Takes work that goes on after the answer. */
  readonly later: (work: Promise<void>) => void;
}

interface MailOptions {
  readonly emailAndPassword: Omit<NonNullable<BetterAuthOptions["emailAndPassword"]>, "enabled">;
  readonly emailVerification: BetterAuthOptions["emailVerification"];
}

/** Seconds for which a link in a mail is valid. */
const expiresIn = 60 * 60;

/**
 * better-auth's options where there is a mailer: an address is verified before its account signs in, and a mail leads to a new
 * password. A mail is sent after the answer, whose time therefore does not tell whether there is an account.
 */
export const mailOptions = ({ later, mailer }: MailSettings, app: string): MailOptions => {
  const send = async (mail: Mail): Promise<void> => {
    const failed = (error: unknown): void => {
      log(Effect.logError("A mail could not be sent.", mail.subject, error));
    };
    later(mailer(mail).catch(failed));
  };
  return {
    emailAndPassword: {
      requireEmailVerification: true,
      resetPasswordTokenExpiresIn: expiresIn,
      sendResetPassword: ({ token, url, user }) => send(resetMail(app, user.email, url, token)),
      onExistingUserSignUp: ({ user }) => send(existingAccountMail(app, user.email)),
    },
    emailVerification: {
      expiresIn,
      sendVerificationEmail: ({ url, user }) => send(verificationMail(app, user.email, url)),
    },
  };
};

const otherwise = "If it was not you, there is nothing to do.";

const verificationMail = (app: string, to: string, url: string): Mail => {
  const link = new URL(url);
  // Without a page to go on to, the link answers by itself.
  if (link.searchParams.get("callbackURL") === "/") link.searchParams.delete("callbackURL");
  return {
    to,
    subject: "Verify your email address for Executor",
    text: `Somebody signed up to Executor at ${app} with this email address. If it was you, open this link within an hour, and then sign in:\n\n${link.href}\n\n${otherwise}\n`,
  };
};

const resetMail = (app: string, to: string, url: string, token: string): Mail => {
  const hasPage = new URL(url).searchParams.get("callbackURL") !== "";
  const link = hasPage ? `open this link within an hour:\n\n${url}\n\nor ` : "";
  return {
    to,
    subject: "A new password for Executor",
    text: `Somebody asked for a new password for your account of Executor at ${app}. If it was you, ${link}send the new password within an hour to ${app}/api/auth/reset-password, as {"token":"${token}","newPassword":"…"}.\n\n${otherwise}\n`,
  };
};

const existingAccountMail = (app: string, to: string): Mail => ({
  to,
  subject: "You have an account of Executor already",
  text: `Somebody signed up to Executor at ${app} with this email address, which has an account already. If it was you, sign in, or ask for a new password.\n\n${otherwise}\n`,
});
