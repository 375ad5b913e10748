import { Schema } from "effect";
import { readSamples } from "@executor/testing";
import type { Sample } from "@executor/testing";
import type { CloudApp } from "./app.ts";

const Organization = Schema.Struct({ id: Schema.String, slug: Schema.String });
const Made = Schema.Struct({ id: Schema.String, key: Schema.String });
const Execution = Schema.Struct({
  id: Schema.String,
  status: Schema.String,
  output: Schema.NullOr(Schema.Struct({ value: Schema.Unknown })),
  error: Schema.NullOr(Schema.Struct({ name: Schema.String, message: Schema.String })),
  approvals: Schema.Array(Schema.Struct({ id: Schema.String })),
});

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  readonly json: () => unknown;
}

/** One way to be somebody: a key, a session, or nobody. */
export interface CloudClient {
  readonly request: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** A request with a body in JSON, as text or as a stream of bytes. */
  readonly send: (
    method: string,
    path: string,
    body: string | ReadableStream<Uint8Array> | null,
    headers?: Record<string, string>,
  ) => Promise<Answer>;
  /** A request that must work. */
  readonly ask: (method: string, path: string, body?: unknown) => Promise<unknown>;
  /** Gives the execution once it has ended or is paused; with the organization's limit unless one is given. */
  readonly execute: (code: string, timeoutMs?: number) => Promise<typeof Execution.Type>;
  readonly metrics: () => Promise<ReadonlyArray<Sample>>;
}

export const cloudClient = (
  { url }: Pick<CloudApp, "url">,
  credentials: Readonly<Record<string, string>> = {},
): CloudClient => {
  const send: CloudClient["send"] = async (method, path, body, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      // workerd closes a connection that was idle for five seconds, and a request may just be on its way.
      keepalive: false,
      headers: {
        ...(body !== null && { "content-type": "application/json" }),
        ...credentials,
        ...headers,
      },
      body,
    });
    const text = await response.text();
    return {
      status: response.status,
      text,
      headers: response.headers,
      json: (): unknown => JSON.parse(text),
    };
  };
  const request: CloudClient["request"] = (method, path, body, headers) =>
    send(method, path, body === undefined ? null : JSON.stringify(body), headers);
  const ask: CloudClient["ask"] = async (method, path, body) => {
    const answer = await request(method, path, body);
    if (answer.status > 299) {
      throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    }
    return answer.text === "" ? undefined : answer.json();
  };
  return {
    request,
    send,
    ask,
    execute: async (code, timeoutMs) =>
      Schema.decodeUnknownSync(Execution)(
        await ask("POST", "/api/executions", {
          code,
          ...(timeoutMs !== undefined && { timeoutMs }),
        }),
      ),
    metrics: async () => {
      const answer = await request("GET", "/api/metrics");
      if (answer.status !== 200) throw new Error(`A scrape answered ${answer.status}.`);
      return readSamples(answer.text);
    },
  };
};

export const withKey = (app: Pick<CloudApp, "url">, key: string): CloudClient =>
  cloudClient(app, { authorization: `Bearer ${key}` });

/** A person, signed up and signed in. */
export const signUp = async (app: Pick<CloudApp, "url">, name: string): Promise<CloudClient> => {
  const answer = await cloudClient(app).request("POST", "/api/auth/sign-up/email", {
    name,
    email: `${name}@example.com`,
    password: "correct horse battery",
  });
  if (answer.status !== 200) throw new Error(`Signing up answered ${answer.status}.`);
  const cookie = answer.headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return cloudClient(app, { cookie, origin: app.url });
};

export interface CloudOrganization {
  readonly id: string;
  readonly slug: string;
  /** A new key of the organization, with these permissions. */
  readonly makeKey: (
    permissions: ReadonlyArray<string>,
    expiresInDays?: number,
  ) => Promise<{ readonly id: string; readonly key: string }>;
}

/** A new organization of this person. */
export const makeOrganization = async (
  app: Pick<CloudApp, "url">,
  person: CloudClient,
  slug: string,
): Promise<CloudOrganization> => {
  const { id } = Schema.decodeUnknownSync(Organization)(
    await person.ask("POST", "/api/auth/organization/create", { name: slug, slug }),
  );
  return {
    id,
    slug,
    makeKey: async (permissions, expiresInDays) => {
      const answer = await person.request(
        "POST",
        "/api/keys",
        { name: "key", permissions, ...(expiresInDays !== undefined && { expiresInDays }) },
        { "executor-organization": slug },
      );
      if (answer.status !== 201) throw new Error(`Making a key answered ${answer.text}`);
      return Schema.decodeUnknownSync(Made)(answer.json());
    },
  };
};

/** All that a key may have; the tests stay outside of the app, whose document lists them too. */
export const everyPermission = [
  "sources:read",
  "sources:write",
  "tools:read",
  "executions:read",
  "executions:write",
  "policies:read",
  "policies:write",
  "secrets:read",
  "secrets:write",
  "metrics:read",
];

/** A new person's new organization, by a key with every permission. */
export const newOrganization = async (
  app: Pick<CloudApp, "url">,
  slug: string,
): Promise<CloudClient> => {
  const organization = await makeOrganization(app, await signUp(app, slug), slug);
  return withKey(app, (await organization.makeKey(everyPermission)).key);
};
