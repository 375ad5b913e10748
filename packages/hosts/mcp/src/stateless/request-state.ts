import { Encoding, Either, Schema } from "effect";

/** A tool call: its name, and its arguments as the client sent them. */
export interface SealedCall {
  readonly name: string;
  readonly arguments?: Readonly<Record<string, unknown>> | undefined;
}

/** What a client carries from one round of questions to the next. */
export interface RequestState {
  /** Id of the paused execution. */
  readonly run: string;
  /** Number of rounds that were asked. */
  readonly round: number;
}

const Payload = Schema.parseJson(
  Schema.Struct({
    run: Schema.String,
    round: Schema.Number,
    call: Schema.String,
    expiresAt: Schema.Number,
  }),
);
const encode = Schema.encodeSync(Payload);
const decode = Schema.decodeUnknownEither(Payload);

const ivBytes = 12;
/** Longer texts were not sealed here. */
const maxChars = 1_000;

/**
 * Seals the state of a call that waits for answers, which its client keeps (MCP 2026-07-28, "Multi round-trip requests"): AES-256-GCM,
 * bound to the tenant, the principal and the call's name and arguments. It opens for nobody else, with no other call, and not
 * after it has expired.
 */
export class RequestStates {
  readonly #key: CryptoKey;
  readonly #tenant: string;

  /** `key` seals nothing else; `tenant` names whose runs these are where several tenants share the key. */
  constructor(key: CryptoKey, tenant: string) {
    this.#key = key;
    this.#tenant = tenant;
  }

  /** Seals a state until `expiresAt`, in milliseconds of Unix time. */
  async seal(
    { run, round }: RequestState,
    expiresAt: number,
    call: SealedCall,
    principal: string,
  ): Promise<string> {
    const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
    const text = encode({ run, round, expiresAt, call: await digest(call) });
    const sealed = await crypto.subtle.encrypt(
      this.#algorithm(iv, principal),
      this.#key,
      new TextEncoder().encode(text),
    );
    return Encoding.encodeBase64Url(new Uint8Array([...iv, ...new Uint8Array(sealed)]));
  }

  /** Opens a state; `undefined` if it was not sealed for this principal and this call, was changed, or has expired. */
  async open(text: string, call: SealedCall, principal: string): Promise<RequestState | undefined> {
    if (text.length > maxChars) return undefined;
    const bytes = Either.getOrUndefined(Encoding.decodeBase64Url(text));
    if (bytes === undefined || bytes.length <= ivBytes) return undefined;
    // Several texts decode to the same bytes.
    if (Encoding.encodeBase64Url(bytes) !== text) return undefined;
    const opened = await crypto.subtle
      .decrypt(
        this.#algorithm(new Uint8Array(bytes.subarray(0, ivBytes)), principal),
        this.#key,
        new Uint8Array(bytes.subarray(ivBytes)),
      )
      .catch(() => undefined);
    if (opened === undefined) return undefined;
    const payload = Either.getOrUndefined(decode(new TextDecoder().decode(opened)));
    if (payload === undefined || payload.expiresAt < Date.now()) return undefined;
    if (payload.call !== (await digest(call))) return undefined;
    return { run: payload.run, round: payload.round };
  }

  #algorithm(iv: Uint8Array<ArrayBuffer>, principal: string) {
    const bound = JSON.stringify(["tools/call", this.#tenant, principal]);
    return { name: "AES-GCM", iv, additionalData: new TextEncoder().encode(bound) };
  }
}

const digest = async ({ name, arguments: args = {} }: SealedCall): Promise<string> => {
  const text = new TextEncoder().encode(JSON.stringify([name, sorted(args)]));
  return Encoding.encodeBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", text)));
};

/** A client may write the members of an object in another order when it repeats a call. */
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => [key, sorted(member)]);
};
