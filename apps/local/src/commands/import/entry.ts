import {
  argumentCredentials,
  credentialsWithin,
  isCredentialName,
  originOf,
  programOrigin,
  queryCredentials,
  shownUrl,
} from "@executor/sdk/schemas";
import { resolve as resolvePath } from "node:path";
import { type ClientEntry, isRecord, memberOf } from "./client-file.ts";
import { freeNamespace, freeSecretName, namespaceOf } from "./names.ts";
import {
  type KnownPaths,
  type Placeholder,
  placeholdersOf,
  placeholderText,
  textParts,
} from "./placeholders.ts";

/** What becomes of a server of a client's file. */
export type EntryPlan =
  | { readonly outcome: "skip"; readonly reason: string }
  /** Values are not known that the file refers to. */
  | { readonly outcome: "missing"; readonly missing: ReadonlyArray<Placeholder> }
  | SourcePlan;

export interface SourcePlan {
  readonly outcome: "add";
  readonly namespace: string;
  /** Where it runs or is, for people: without arguments and queries, which may hold credentials. */
  readonly place: string;
  /** URL of the source that will be made, as lists show it. */
  readonly url: string;
  /** Settings of the new source, to be checked. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Secrets to store first. */
  readonly secrets: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  /** The one place where the secrets may be sent. */
  readonly origin: string;
  /** What of the entry comes out otherwise than it is written. */
  readonly notes: ReadonlyArray<string>;
}

export interface EntryContext {
  readonly paths: KnownPaths;
  /** The value of a placeholder, if it is known. */
  readonly lookup: (placeholder: Placeholder) => string | undefined;
  readonly namespaces: ReadonlySet<string>;
  readonly secretNames: ReadonlySet<string>;
  /** Port of the daemon that the servers are added to. */
  readonly daemonPort: number;
}

/** Plans the source of a server that a client's file names. Nothing of the file is trusted to have a shape. */
export const planEntry = (entry: ClientEntry, context: EntryContext): EntryPlan => {
  const { value } = entry;
  if (!isRecord(value)) return skip("it is no object");
  if (value["disabled"] === true || value["enabled"] === false)
    return skip("the file has it disabled");
  const command = value["command"];
  const address = value["url"] ?? value["serverUrl"] ?? value["httpUrl"];
  const transport = transportOf(value["type"] ?? value["transport"]);
  if (transport === "unknown") return skip("Executor does not speak its transport");
  const reader = new ValueReader(
    context,
    freeNamespace(namespaceOf(entry.name), context.namespaces),
  );
  if (isExecutor(value, address, context)) return skip("it is Executor itself");
  if (typeof command === "string" && command !== "") return planProgram(value, command, reader);
  if (typeof address !== "string" || address === "")
    return skip("it has neither a command nor a URL");
  return planServer(value, address, transport, reader);
};

const skip = (reason: string): EntryPlan => ({ outcome: "skip", reason });

/** Whether a server is the daemon, or the command that connects clients to it: a client that uses Executor has it in its file. */
const isExecutor = (
  { args, command }: Readonly<Record<string, unknown>>,
  address: unknown,
  { daemonPort }: EntryContext,
): boolean => {
  const words = [command, ...listOf(args)].map(String);
  if (/(^|\/)(executor|apps\/local\/src\/main\.ts) mcp( |$)/.test(words.join(" "))) return true;
  const url = typeof address === "string" ? URL.parse(address) : null;
  return (
    url !== null &&
    ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname) &&
    url.port === String(daemonPort)
  );
};

const planProgram = (
  value: Readonly<Record<string, unknown>>,
  given: string,
  reader: ValueReader,
): EntryPlan => {
  const { workspace } = reader.paths;
  const command = reader.plain(given, "the command");
  const cwd = value["cwd"];
  const settings = {
    command,
    args: reader.arguments(listOf(value["args"]).filter(isScalar).map(String)),
    env: reader.credentials(value["env"], false),
    cwd: typeof cwd === "string" ? resolvePath(workspace, reader.plain(cwd, "cwd")) : workspace,
    ...timeoutOf(value),
  };
  return reader.plan({
    place: `the program ${command}`,
    url: programOrigin(command),
    origin: programOrigin(command),
    settings,
    unread: Object.keys(value).filter((name) => !programFields.has(name)),
  });
};

const planServer = (
  value: Readonly<Record<string, unknown>>,
  given: string,
  transport: "http" | "sse" | undefined,
  reader: ValueReader,
): EntryPlan => {
  const url = reader.url(given);
  const bearer = value["bearer_token_env_var"];
  const named = memberOf(value, "env_http_headers");
  const headers = {
    ...recordOf(value["headers"]),
    ...recordOf(value["http_headers"]),
    ...Object.fromEntries(
      Object.entries(recordOf(named)).map(([name, variable]) => [name, `\${env:${variable}}`]),
    ),
    ...(typeof bearer === "string" ? { Authorization: `Bearer \${env:${bearer}}` } : {}),
  };
  const settings = {
    url,
    headers: reader.credentials(headers, true),
    ...(transport === undefined ? {} : { transport }),
    ...timeoutOf(value),
  };
  const origin = originOf(url);
  if (origin === undefined && reader.missing.length === 0) {
    return skip(
      /^https?:\/\/[^/?#]*@/i.test(url)
        ? "its URL holds a user name or password, which belong into an Authorization header"
        : "its URL is none of HTTP",
    );
  }
  return reader.plan({
    place: reader.shownUrl(given),
    url: shownUrl(url),
    origin: origin ?? "",
    settings,
    unread: Object.keys(value).filter((name) => !serverFields.has(name)),
  });
};

const common = ["type", "transport", "disabled", "enabled", "timeout", "tool_timeout_sec"];
const programFields = new Set([...common, "command", "args", "env", "cwd"]);
const serverFields = new Set([
  ...common,
  "url",
  "serverUrl",
  "httpUrl",
  "headers",
  "http_headers",
  "env_http_headers",
  "bearer_token_env_var",
]);

/** Reads the texts of one entry, and collects what they need and what becomes of them. */
class ValueReader {
  readonly missing: Array<Placeholder> = [];
  readonly #notes: Array<string> = [];
  readonly #secrets: Array<{ readonly name: string; readonly value: string }> = [];
  readonly #context: EntryContext;
  readonly #namespace: string;

  constructor(context: EntryContext, namespace: string) {
    this.#context = context;
    this.#namespace = namespace;
  }

  get paths(): KnownPaths {
    return this.#context.paths;
  }

  /** A text that can't be a secret, with the values of its placeholders. */
  plain(text: string, what: string): string {
    const parts = textParts(text, this.paths);
    const filled = this.#filled(parts);
    if (placeholdersOf(parts).some(isForCredential) || looksLikeCredential(filled))
      this.#noteOpen(what);
    return filled;
  }

  /** Arguments, each of which may name a credential that the next one is. */
  arguments(given: ReadonlyArray<string>): ReadonlyArray<string> {
    const words = given.map((word) => this.plain(word, "an argument"));
    if (argumentCredentials(words).length > 0) this.#noteOpen("an argument");
    return words;
  }

  /** A URL; what stands in its path is shown wherever the URL is. */
  url(given: string): string {
    const parts = textParts(given, this.paths);
    const url = this.#filled(parts);
    const values = placeholdersOf(parts)
      .filter(isForCredential)
      .map((placeholder) => this.#valueOf(placeholder) ?? "");
    const whole = url.replace(/[?#].*$/s, "");
    if (values.some((value) => value !== "" && whole.includes(value)) || shownUrl(url) !== whole) {
      this.#notes.push(
        "What looks like a credential in the path of the URL is kept as a part of it, not encrypted, and lists may show it. If the server takes a header, use that.",
      );
    } else if (values.length > 0 || queryCredentials(url).length > 0) this.#noteOpen("the URL");
    return url;
  }

  /** A URL for people, with the names of the placeholders in place of their credentials. */
  shownUrl(given: string): string {
    const named = textParts(given, this.paths).map((part) =>
      typeof part === "string"
        ? part
        : isForCredential(part)
          ? placeholderText(part)
          : (this.#valueOf(part) ?? ""),
    );
    return shownUrl(named.join(""));
  }

  #noteOpen(what: string): void {
    this.#notes.push(
      `What looks like a credential in ${what} is kept with the source's settings, encrypted, and not as a secret.`,
    );
  }

  /** Headers or variables, with secrets in place of credentials. */
  credentials(given: unknown, areHeaders: boolean): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      Object.entries(recordOf(given)).map(([name, text]) => [
        name,
        this.#credential(name, text, areHeaders),
      ]),
    );
  }

  #credential(name: string, text: string, isHeader: boolean): unknown {
    const parts = textParts(text, this.paths);
    const whole = this.#filled(parts);
    const isSecret =
      isCredentialName(name) ||
      placeholdersOf(parts).some(isForCredential) ||
      looksLikeCredential(whole);
    if (!isSecret || whole === "") return whole;
    const [, prefix = "", value = whole] =
      (isHeader ? /^([A-Za-z][\w-]* +)(\S.*)$/s : /^()(.*)$/s).exec(whole) ?? [];
    const { secretNames } = this.#context;
    const taken = new Set([...secretNames, ...this.#secrets.map((secret) => secret.name)]);
    const secret = freeSecretName(this.#namespace, name, taken);
    this.#secrets.push({ name: secret, value });
    return prefix === "" ? { secret } : { secret, prefix };
  }

  #valueOf(placeholder: Placeholder): string | undefined {
    return this.#context.lookup(placeholder) ?? placeholder.fallback;
  }

  #filled(parts: ReturnType<typeof textParts>): string {
    return parts
      .map((part) => {
        if (typeof part === "string") return part;
        const value = this.#valueOf(part);
        if (value === undefined) this.missing.push(part);
        return value ?? "";
      })
      .join("");
  }

  plan({
    unread,
    ...planned
  }: Pick<SourcePlan, "place" | "url" | "origin" | "settings"> & {
    readonly unread: ReadonlyArray<string>;
  }): EntryPlan {
    if (this.missing.length > 0) return { outcome: "missing", missing: this.missing };
    const left = unread.length === 0 ? [] : [`Not imported of it: ${unread.join(", ")}.`];
    return {
      ...planned,
      outcome: "add",
      namespace: this.#namespace,
      secrets: this.#secrets,
      notes: [...new Set(this.#notes), ...left],
    };
  }
}

const listOf = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : []);

const isScalar = (value: unknown): value is string | number | boolean =>
  ["string", "number", "boolean"].includes(typeof value);

/** The members that are texts, numbers or booleans, as texts. */
const recordOf = (value: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(isRecord(value) ? value : {}).flatMap(([name, member]) =>
      isScalar(member) ? [[name, String(member)] as const] : [],
    ),
  );

const transportOf = (type: unknown): "http" | "sse" | "unknown" | undefined => {
  if (typeof type !== "string" || type === "stdio") return undefined;
  if (type === "sse") return "sse";
  return /^(streamable[-_]?)?http$/i.test(type) ? "http" : "unknown";
};

/** Clients write seconds or milliseconds: a thousand seconds is more than any call of a source may take. */
const timeoutOf = (value: Readonly<Record<string, unknown>>): { readonly timeoutMs?: number } => {
  const given = value["tool_timeout_sec"] ?? value["timeout"];
  if (typeof given !== "number" || !(given > 0)) return {};
  const timeoutMs = Math.round(given >= 1_000 ? given : given * 1_000);
  return { timeoutMs: Math.max(1, Math.min(timeoutMs, 600_000)) };
};

const isForCredential = ({ kind, name }: Placeholder): boolean =>
  kind === "input" || isCredentialName(name);

/** Whether a value is a long mix of letters and digits, or a connection string with a password in it. */
const looksLikeCredential = (value: string): boolean =>
  credentialsWithin(value).length > 0 || /^(?=.*\d)(?=.*[A-Za-z])[\w.+=-]{24,}$/.test(value);
