import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { makeAuthority } from "@executor/testing/certificates";
import { Schema } from "effect";
import { createHmac } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secret, startCloud } from "../support/cloud/app.ts";
import type { CloudApp } from "../support/cloud/app.ts";
import { cloudClient } from "../support/cloud/client.ts";
import { change } from "../support/cloud/database.ts";
import { startHttpMail, startSmtp } from "../support/upstreams/mail-services.ts";
import type { MailService, ReceivedMail } from "../support/upstreams/mail-services.ts";

const password = "correct horse battery";
const newPassword = "another horse battery";

const readSignedUp = Schema.decodeUnknownSync(
  Schema.Struct({ user: Schema.Record({ key: Schema.String, value: Schema.Unknown }) }),
);

/** Reserved characters have to be escaped in the variable. */
const smtpPassword = "p@ss:word/1";

const startMail = {
  http: () => Promise.resolve({ mail: startHttpMail(), env: {} }),
  smtps: async (directory: string) => {
    const authority = await makeAuthority();
    const file = join(directory, "authority.pem");
    await writeFile(file, authority.certificate);
    const mail = await startSmtp(await authority.issue(), smtpPassword);
    return { mail, env: { NODE_EXTRA_CA_CERTS: file } };
  },
};

describe.each(["http", "smtps"] as const)("with a mail service over %s, a person", (kind) => {
  let directory: string;
  let app: CloudApp;
  let mail: MailService;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "executor-mail-"));
    const started = await startMail[kind](directory);
    ({ mail } = started);
    app = await startCloud({
      env: started.env,
      variables: {
        EXECUTOR_MAIL_URL: mail.url,
        EXECUTOR_MAIL_FROM: "executor@example.com",
        EXECUTOR_MAIL_TOKEN: "token of the mail service",
      },
    });
  });
  afterAll(async () => {
    await app.stop();
    await mail.stop();
    await rm(directory, { recursive: true });
  });

  const post = (path: string, body: unknown) =>
    cloudClient(app).request("POST", `/api/auth/${path}`, body);
  const emailOf = (name: string) => `${name}@example.com`;
  const signUp = (name: string, given = password) =>
    post("sign-up/email", { name, email: emailOf(name), password: given });
  const signIn = (name: string, given = password) =>
    post("sign-in/email", { email: emailOf(name), password: given });

  const linkIn = ({ text }: ReceivedMail): string => {
    const link = /^http\S+$/m.exec(text)?.[0];
    if (link === undefined) throw new Error(`There is no link in ${text}`);
    return link.slice(app.url.length);
  };
  const open = (link: string) => cloudClient(app).request("GET", link);

  const signUpVerified = async (name: string) => {
    expect((await signUp(name)).status).toBe(200);
    expect((await open(linkIn(await mail.mailTo(emailOf(name))))).status).toBe(200);
  };

  it("verifies an address before signing in, by a link that works once", async () => {
    const signedUp = await signUp("ada");
    expect([signedUp.status, signedUp.headers.getSetCookie()]).toEqual([200, []]);
    const received = await mail.mailTo("ada@example.com");
    expect(received).toMatchObject({
      from: "executor@example.com",
      by: kind === "http" ? "Bearer token of the mail service" : "executor",
      isEncrypted: kind !== "http",
    });
    const refused = await signIn("ada");
    expect([refused.status, refused.json()]).toMatchObject([403, { code: "EMAIL_NOT_VERIFIED" }]);
    const link = linkIn(received);
    const verified = await open(link);
    expect([verified.status, verified.json()]).toMatchObject([200, { status: true }]);
    const signedIn = await signIn("ada");
    expect([signedIn.status, signedIn.headers.getSetCookie().length > 0]).toEqual([200, true]);
    // It verifies nothing more, and signs nobody in.
    change(app, "UPDATE user SET name = 'Ada' WHERE email = ?", "ada@example.com");
    expect((await open(link)).headers.getSetCookie()).toEqual([]);
  });

  it("verifies nothing with a link that is too old or not the app's own", async () => {
    await signUp("bob");
    const link = linkIn(await mail.mailTo("bob@example.com"));
    const token = /token=([^&]+)/.exec(link)?.[1] ?? "";
    const old = await open(link.replace(token, changed(token, secret, { exp: 1_600_000_000 })));
    expect([old.status, old.json()]).toMatchObject([401, { code: "TOKEN_EXPIRED" }]);
    const forged = await open(link.replace(token, changed(token, "another secret", {})));
    expect([forged.status, forged.json()]).toMatchObject([401, { code: "INVALID_TOKEN" }]);
    expect((await signIn("bob")).status).toBe(403);
    // Another link is sent for the asking.
    expect((await post("send-verification-email", { email: "bob@example.com" })).status).toBe(200);
    expect((await open(linkIn(await mail.mailTo("bob@example.com", 2)))).status).toBe(200);
    expect((await signIn("bob")).status).toBe(200);
  });

  const tokenFor = async (name: string, count: number): Promise<string> => {
    expect((await post("request-password-reset", { email: emailOf(name) })).status).toBe(200);
    const { text } = await mail.mailTo(emailOf(name), count);
    return /"token":"([^"]+)"/.exec(text)?.[1] ?? "";
  };

  it("replaces a forgotten password once, which ends the sessions from before", async () => {
    await signUpVerified("cleo");
    const session = (await signIn("cleo")).headers.getSetCookie()[0]?.split(";")[0] ?? "";
    const current = async () =>
      (await cloudClient(app, { cookie: session }).request("GET", "/api/auth/get-session")).text;
    expect(await current()).toContain("cleo@example.com");
    const token = await tokenFor("cleo", 2);
    const reset = () => post("reset-password", { token, newPassword });
    expect((await reset()).status).toBe(200);
    expect(await current()).toBe("null");
    expect((await signIn("cleo")).status).toBe(401);
    expect((await signIn("cleo", newPassword)).status).toBe(200);
    const again = await reset();
    expect([again.status, again.json()]).toMatchObject([400, { code: "INVALID_TOKEN" }]);
    const late = await tokenFor("cleo", 3);
    change(app, "UPDATE verification SET expiresAt = '2020-01-01T00:00:00.000Z'");
    const answer = await post("reset-password", { token: late, newPassword: password });
    expect([answer.status, answer.json()]).toMatchObject([400, { code: "INVALID_TOKEN" }]);
  });

  it("takes an account back that somebody else made with its address", async () => {
    await signUp("dora", "password of a stranger");
    const token = await tokenFor("dora", 2);
    expect((await post("reset-password", { token, newPassword })).status).toBe(200);
    expect((await signIn("dora", newPassword)).status).toBe(200);
    expect((await signIn("dora", "password of a stranger")).status).toBe(401);
  });

  it("learns by no answer whether an address has an account", async () => {
    await signUpVerified("eve");
    const asked = ["eve", "unknown"].map(async (name) => [
      (await post("request-password-reset", { email: emailOf(name) })).text,
      (await post("send-verification-email", { email: emailOf(name) })).text,
      (await signIn(name, "wrong password")).text,
      Object.keys(readSignedUp((await signUp(name)).json()).user).toSorted(),
    ]);
    const [known, unknown] = await Promise.all(asked);
    expect(known).toEqual(unknown);
    const { text } = await mail.mailTo("eve@example.com", 3);
    expect(mail.received.filter(({ to }) => to === "eve@example.com").length).toBe(3);
    expect(text).not.toBe("");
  });

  it("is sent five mails an hour at most", async () => {
    const statuses: Array<number> = [];
    for (let count = 0; count < 6; count += 1) {
      const body = { email: "flood@example.com" };
      statuses.push((await post("request-password-reset", body)).status);
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
  });
});

/** The same JSON Web Token (RFC 7519) with other claims, signed with a secret. */
const changed = (token: string, key: string, claims: Record<string, unknown>): string => {
  const [header = "", payload = ""] = token.split(".");
  const known: unknown = JSON.parse(Buffer.from(payload, "base64url").toString());
  const text = JSON.stringify({ ...Object(known), ...claims });
  const signed = `${header}.${Buffer.from(text).toString("base64url")}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
};

describe("with a mail service that takes no mail", () => {
  it("signs up are answered, and the log says why no mail arrives", async () => {
    const app = await startCloud({
      variables: {
        EXECUTOR_MAIL_URL: "http://127.0.0.1:1/",
        EXECUTOR_MAIL_FROM: "executor@example.com",
      },
    });
    try {
      const body = { name: "ada", email: "ada@example.com", password };
      expect((await cloudClient(app).request("POST", "/api/auth/sign-up/email", body)).status).toBe(
        200,
      );
      await expect.poll(app.log, { timeout: 60_000 }).toContain("A mail could not be sent.");
    } finally {
      await app.stop();
    }
  });
});
