import { createMessage, parseAddress } from "@upyo/core";
import { SmtpTransport } from "@upyo/smtp";
import type { Environment } from "../environment.ts";
import { InvalidSetting } from "../organization/settings.ts";

export interface Mail {
  /** Email address. */
  readonly to: string;
  readonly subject: string;
  /** Plain text, with lines that end in `\n`. */
  readonly text: string;
}

/** Hands a mail over to a mail service; rejects with the reason where the service does not take it. */
export type Mailer = (mail: Mail) => Promise<void>;

const timeoutMs = 10_000;

type MailVariables = Pick<
  Environment,
  "EXECUTOR_MAIL_URL" | "EXECUTOR_MAIL_FROM" | "EXECUTOR_MAIL_TOKEN"
>;

/** Mailer of the variables `EXECUTOR_MAIL_*`, if there is one. Throws an {@link InvalidSetting}. */
export const makeMailer = (environment: MailVariables): Mailer | undefined => {
  const { EXECUTOR_MAIL_FROM: from = "", EXECUTOR_MAIL_TOKEN: token = "" } = environment;
  const text = environment.EXECUTOR_MAIL_URL ?? "";
  if (text === "") return undefined;
  if (parseAddress(from) === undefined) {
    throw new InvalidSetting({
      message: "EXECUTOR_MAIL_FROM is an email address, such as executor@example.com.",
    });
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isHttp = url?.protocol === "https:" || url?.protocol === "http:";
  if (isHttp && url.username + url.password === "") return overHttp(url, from, token);
  const isSmtp = url?.protocol === "smtps:" || (url?.protocol === "smtp:" && url.username === "");
  if (isSmtp && url.hostname !== "") return overSmtp(url, from);
  throw new InvalidSetting({
    message:
      "EXECUTOR_MAIL_URL is the URL of a mail service: https://…, whose credentials are EXECUTOR_MAIL_TOKEN; smtps://USER:PASSWORD@HOST:PORT; or smtp://HOST:PORT, which is not encrypted and so takes no password.",
  });
};

/** Posts `{ from, to, subject, text }` as JSON, with the token as `Authorization: Bearer`. */
const overHttp =
  (url: URL, from: string, token: string): Mailer =>
  async (mail) => {
    const authorization = token === "" ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...authorization },
      body: JSON.stringify({ from, ...mail }),
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`The mail service answered ${response.status}.`);
  };

/** Speaks SMTP; `smtps:` is encrypted from the start (RFC 8314), since STARTTLS does not work on workerd. */
const overSmtp =
  ({ hostname: host, password, port, protocol, username }: URL, from: string): Mailer =>
  async ({ subject, text, to }) => {
    const secure = protocol === "smtps:";
    const auth = { user: decodeURIComponent(username), pass: decodeURIComponent(password) };
    const transport = new SmtpTransport({
      host,
      port: port === "" ? (secure ? 465 : 25) : Number(port),
      secure,
      // A connection belongs to its request.
      pool: false,
      connectionTimeout: timeoutMs,
      socketTimeout: timeoutMs,
      ...(username !== "" && { auth }),
    });
    const receipt = await transport.send(createMessage({ from, to, subject, content: { text } }));
    if (!receipt.successful) throw new Error(receipt.errorMessages.join(" "));
  };
