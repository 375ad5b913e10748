import { describe, expect, it } from "@effect/vitest";
import { makeMailer } from "../src/auth/mailer.ts";
import type { Environment } from "../src/environment.ts";

const make = (url: string | undefined, from = "Executor <executor@example.com>") => {
  const settings: Pick<Environment, "EXECUTOR_MAIL_URL" | "EXECUTOR_MAIL_FROM"> = {
    ...(url !== undefined && { EXECUTOR_MAIL_URL: url }),
    EXECUTOR_MAIL_FROM: from,
  };
  return makeMailer(settings);
};

describe("makeMailer", () => {
  it.each(["https://mail.example/v1", "smtps://me:p%40ss@mail.example:465", "smtp://relay:25"])(
    "sends over %s",
    (url) => {
      expect(make(url)).toBeTypeOf("function");
    },
  );

  it.each([undefined, ""])("needs no mail service: %s", (url) => {
    expect(make(url, "")).toBeUndefined();
  });

  it.each([
    "mail.example",
    "ftp://mail.example",
    "https://me:secret@mail.example",
    "smtp://me:secret@mail.example",
    "smtps://",
  ])("refuses %s, and says what to give", (url) => {
    expect(() => make(url)).toThrow("EXECUTOR_MAIL_URL is the URL of a mail service");
  });

  it.each(["", "nobody", "a@example.com\r\nBcc: b@example.com"])(
    "refuses the sender %j",
    (from) => {
      expect(() => make("https://mail.example", from)).toThrow("EXECUTOR_MAIL_FROM");
    },
  );

  it.each([
    ["token", "Bearer token"],
    ["", null],
    [undefined, null],
  ])("sends the token %j as %j", async (token, sent) => {
    const received: Array<string | null> = [];
    const service = Bun.serve({
      hostname: "127.0.0.1",
      port: 0,
      fetch: ({ headers }) => {
        received.push(headers.get("authorization"));
        return new Response();
      },
    });
    const send = makeMailer({
      EXECUTOR_MAIL_URL: service.url.href,
      EXECUTOR_MAIL_FROM: "executor@example.com",
      ...(token !== undefined && { EXECUTOR_MAIL_TOKEN: token }),
    });
    await send?.({ to: "ada@example.com", subject: "Hello", text: "Hello" });
    await service.stop(true);
    expect(received).toEqual([sent]);
  });
});
