import { createAuthMiddleware, getIP, getSessionFromCtx, isAPIError } from "better-auth/api";
import type { BetterAuthOptions } from "better-auth";
import { Option, Schema } from "effect";
import ipaddr from "ipaddr.js";
import type { AttemptRule, Attempts } from "./attempts.ts";
import { tooManyAttempts } from "./refusals.ts";

const hour = 60 * 60;
const quarterHour = hour / 4;
const day = 24 * hour;

/** Limits of one of better-auth's endpoints. */
interface EndpointLimits {
  /** The account that is counted: the one whose address the request names, or the one that is signed in. */
  readonly of: "named" | "signed-in";
  /** Rules by the account's email address and by the network address of the request, in the order in which they are checked. */
  readonly rules: (account: string, address: string | null) => ReadonlyArray<AttemptRule>;
  /** Whether an attempt with this answer stays counted. */
  readonly counts: (status: number, code: unknown) => boolean;
}

const perAddress = (what: string, address: string | null, max: number, seconds: number) =>
  address === null ? [] : [{ key: `${what} address ${address}`, max, seconds }];

/**
 * Guesses of passwords. The last rule is for all addresses together, so that many addresses do not make many guesses. Right ones
 * count for the address alone: each takes as long to hash as a wrong one, and others wait meanwhile.
 */
const passwords: Pick<EndpointLimits, "rules" | "counts"> = {
  rules: (account, address) => [
    ...perAddress("hash", address, 60, quarterHour).map((rule) => ({ ...rule, always: true })),
    ...perAddress("password", address, 30, quarterHour),
    // What a stranger wrote comes last, so that it cannot read as another rule's key.
    { key: `password address ${address} account ${account}`, max: 5, seconds: quarterHour },
    { key: everywhere(account), max: 50, seconds: quarterHour },
  ],
  counts: (status, code) => status === 401 || code === "INVALID_PASSWORD",
};

const everywhere = (account: string): string => `password account ${account}`;

/** Requests that make an account or send mail. Only those that were refused for their form do not count. */
const mails: EndpointLimits = {
  of: "named",
  rules: (account, address) => [
    ...perAddress("mail", address, 10, hour),
    { key: `mail account ${account}`, max: 5, seconds: hour },
  ],
  counts: (status) => status !== 400 && status !== 503,
};

/** Requests that write rows for as long as an account likes, though it may delete them. */
const perDay = (what: string, max: number): EndpointLimits => ({
  of: "signed-in",
  rules: (account) => [{ key: `${what} account ${account}`, max, seconds: day }],
  counts: (status) => status < 300,
});

const endpoints: Readonly<Record<string, EndpointLimits>> = {
  "/sign-in/email": { of: "named", ...passwords },
  "/change-password": { of: "signed-in", ...passwords },
  "/verify-password": { of: "signed-in", ...passwords },
  "/sign-up/email": mails,
  "/request-password-reset": mails,
  "/send-verification-email": mails,
  "/organization/create": perDay("organization", 10),
  "/organization/invite-member": perDay("invitation", 100),
};

const readEmail = Schema.decodeUnknownOption(Schema.Struct({ email: Schema.String }));

type Hook = Parameters<Parameters<typeof createAuthMiddleware>[0]>[0];

/**
 * Hooks of better-auth that count attempts before they cost something, and refuse those beyond the limits with
 * {@link tooManyAttempts}. A right password is refused too where there were too many wrong ones.
 */
export const limitHooks = (attempts: Attempts) => {
  /** Attempts that are counted, by the context of their request. */
  const counted = new WeakMap<object, ReadonlyArray<AttemptRule>>();
  const giveBack = async (rules: ReadonlyArray<AttemptRule>): Promise<void> => {
    for (const rule of rules) await attempts.giveBack(rule);
  };

  const before = createAuthMiddleware(async (hook) => {
    const limits = endpoints[hook.path];
    if (limits === undefined || hook.request === undefined) return;
    const account = await accountOf(limits, hook);
    if (account === undefined) return;
    const address = addressOf(hook.request, hook.context.options);
    const taken: Array<AttemptRule> = [];
    for (const rule of limits.rules(account, address)) {
      const wait = await attempts.take(rule);
      if (wait === undefined) {
        taken.push(rule);
      } else if (rule.key !== everywhere(account) || !(await isSignedIn(hook, account, address))) {
        await giveBack(taken);
        throw tooManyAttempts(wait);
      }
    }
    counted.set(hook.context, taken);
  });

  const after = createAuthMiddleware(async (hook) => {
    const { returned } = hook.context;
    const answer = isAPIError(returned) ? returned : undefined;
    if (endpoints[hook.path]?.counts(answer?.statusCode ?? 200, answer?.body?.code) === true)
      return;
    const rules = counted.get(hook.context) ?? [];
    await giveBack(rules.filter(({ always }) => always !== true));
  });

  return { before, after };
};

/** Email address of the account that is counted, written as better-auth stores it. */
const accountOf = async ({ of }: EndpointLimits, hook: Hook): Promise<string | undefined> => {
  if (of === "signed-in") return (await getSessionFromCtx(hook))?.user.email;
  return Option.getOrUndefined(readEmail(hook.body))?.email.toLowerCase();
};

/**
 * Network address of a request, or for IPv6 its network of 64 bits. There is none where the request comes from this machine: by
 * `bun run cloud`, or by a proxy that does not say whose request it is.
 */
const addressOf = (request: Request, options: BetterAuthOptions): string | null => {
  const address = getIP(request, options);
  const isLocal =
    address !== null && /^(loopback|unspecified)$/.test(ipaddr.parse(address).range());
  return isLocal ? null : address;
};

/** Whether the account has a session that began at this address: others' guesses must not lock its owner out there. */
const isSignedIn = async (
  { context: { adapter, internalAdapter } }: Hook,
  account: string,
  address: string | null,
): Promise<boolean> => {
  const found = address === null ? null : await internalAdapter.findUserByEmail(account);
  if (found === null) return false;
  const where = [
    { field: "userId", value: found.user.id },
    { field: "ipAddress", value: address },
    { field: "expiresAt", operator: "gt" as const, value: new Date() },
  ];
  return (await adapter.count({ model: "session", where })) > 0;
};
