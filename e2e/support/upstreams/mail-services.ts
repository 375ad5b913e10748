import { createRequire } from "node:module";
import { Schema } from "effect";
import { until } from "@executor/testing";
import type { Certificate } from "@executor/testing/certificates";
import { peer } from "./peers.ts";

/** A mail as its service got it. */
export interface ReceivedMail {
  readonly to: string;
  readonly from: string;
  /** Text after its transfer encoding is undone. */
  readonly text: string;
  /** Account at the service, or its token. */
  readonly by: string | undefined;
  readonly isEncrypted: boolean;
}

export interface MailService {
  /** For `EXECUTOR_MAIL_URL`. */
  readonly url: string;
  readonly received: ReadonlyArray<ReceivedMail>;
  /** The newest mail to this address, when there are so many. */
  readonly mailTo: (address: string, count?: number) => Promise<ReceivedMail>;
  readonly stop: () => Promise<void>;
}

const mailsTo =
  (received: ReadonlyArray<ReceivedMail>) =>
  async (address: string, count = 1) => {
    const mails = () => received.filter(({ to }) => to === address);
    await until(`mail to ${address} arrives`, () => Promise.resolve(mails().length >= count));
    const mail = mails().at(-1);
    if (mail === undefined) throw new Error(`There is no mail to ${address}.`);
    return mail;
  };

const Posted = Schema.Struct({
  from: Schema.String,
  to: Schema.String,
  subject: Schema.String,
  text: Schema.String,
});

/** A mail service that takes posts. */
export const startHttpMail = (): MailService => {
  const received: Array<ReceivedMail> = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const { from, text, to } = Schema.decodeUnknownSync(Posted)(await request.json());
      const by = request.headers.get("authorization") ?? undefined;
      received.push({ from, to, text, by, isEncrypted: false });
      return new Response(null, { status: 202 });
    },
  });
  const url = `http://127.0.0.1:${server.port}/mails`;
  return { url, received, mailTo: mailsTo(received), stop: () => server.stop(true) };
};

interface Session {
  readonly secure: boolean;
  readonly user?: string;
  readonly envelope: {
    readonly mailFrom: { readonly address: string };
    readonly rcptTo: ReadonlyArray<{ readonly address: string }>;
  };
}

/** The part of smtp-server that is used. */
interface SmtpServerModule {
  readonly SMTPServer: new (options: {
    readonly secure: boolean;
    readonly key: string;
    readonly cert: string;
    readonly onAuth: (
      auth: { readonly username: string; readonly password: string },
      session: Session,
      done: (error: Error | null, response?: { readonly user: string }) => void,
    ) => void;
    readonly onData: (
      stream: AsyncIterable<Uint8Array>,
      session: Session,
      done: (error?: Error) => void,
    ) => void;
  }) => {
    readonly listen: (port: number, host: string, ready: () => void) => void;
    readonly close: (closed: () => void) => void;
    readonly on: (event: "error", listener: (error: Error) => void) => void;
    readonly server: { readonly address: () => { readonly port: number } };
  };
}

const isSmtpServer = (loaded: unknown): loaded is SmtpServerModule =>
  typeof loaded === "object" && loaded !== null && "SMTPServer" in loaded;

/** smtp-server, encrypted from the start, for the account `executor` with a password. */
export const startSmtp = async (
  { cert, key }: Pick<Certificate, "cert" | "key">,
  password: string,
): Promise<MailService> => {
  const loaded: unknown = createRequire(import.meta.url)(peer("smtp-server"));
  if (!isSmtpServer(loaded)) throw new Error("smtp-server does not export what it did.");
  const received: Array<ReceivedMail> = [];
  const server = new loaded.SMTPServer({
    secure: true,
    cert,
    key,
    onAuth: (auth, _session, done) => {
      const isRight = auth.username === "executor" && auth.password === password;
      done(isRight ? null : new Error("Wrong password."), { user: auth.username });
    },
    onData: (stream, { envelope, secure, user }, done) => {
      const read = async (): Promise<void> => {
        const [, body = ""] = (await textOf(stream)).split("\r\n\r\n");
        received.push({
          from: envelope.mailFrom.address,
          to: envelope.rcptTo[0]?.address ?? "",
          text: fromQuotedPrintable(body),
          by: user,
          isEncrypted: secure,
        });
        done();
      };
      void read();
    },
  });
  // A client that does not trust the certificate breaks off.
  server.on("error", () => {});
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const account = `executor:${encodeURIComponent(password)}`;
  return {
    url: `smtps://${account}@localhost:${server.server.address().port}`,
    received,
    mailTo: mailsTo(received),
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
      }),
  };
};

const textOf = async (stream: AsyncIterable<Uint8Array>): Promise<string> => {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) text += decoder.decode(chunk, { stream: true });
  return text;
};

/** RFC 2045, section 6.7. */
const fromQuotedPrintable = (text: string): string => {
  const bytes = text
    .replace(/=\r\n/g, "")
    .replace(/=([\dA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
};
