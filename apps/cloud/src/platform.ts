import { authAttempts } from "@executor/api";
import type { Surface, WebHandler } from "@executor/api";
import { Schema } from "effect";
import { EndpointNotFound, Identity, unauthorized } from "./auth/authenticate.ts";
import type { Refusal } from "./auth/authenticate.ts";
import type { DurableObjectNamespace, Environment } from "./environment.ts";
import { maxScrapedOrganizations } from "./organization/settings.ts";

/** Path of an object's own metrics. */
export const metricsPath = "/api/metrics";

/** Metrics of all organizations together and of requests that belong to none, for the platform's operator. */
const platformMetricsPath = "/api/platform/metrics";

/** Metrics of each organization, under its id, for a platform's operator who has switched it on. */
const organizationsMetricsPath = "/api/platform/organizations/metrics";

/** Path of the platform's object that answers with the metrics of each organization. No client's request reaches it. */
export const organizationsPath = "/internal/organizations";

/** The path of the platform's object by a request's path; `undefined` for one that is not for the platform's operator. */
export const platformPath = (pathname: string): string | undefined => {
  if (pathname === platformMetricsPath) return metricsPath;
  return pathname === organizationsMetricsPath ? organizationsPath : undefined;
};

/** A refusal of a path of the platform's object that the operator has not switched on. */
export const switchedOff = (path: string, environment: Environment): Response | undefined => {
  if (path !== organizationsPath || maxScrapedOrganizations(environment) > 0) return undefined;
  const message =
    "Metrics of each organization are switched off. Set EXECUTOR_PLATFORM_ORGANIZATIONS to the number of organizations that a scrape may show.";
  return Response.json(encodeNotFound(new EndpointNotFound({ message })), { status: 404 });
};

const encodeNotFound = Schema.encodeSync(EndpointNotFound);

/** Name of the object that counts for the platform's operator. No organization has an id like this. */
export const platformName = "platform";

/** The operator by `EXECUTOR_PLATFORM_TOKEN`; a refusal without that token, or if it is not set. */
export const platformIdentity = async (
  { EXECUTOR_PLATFORM_TOKEN: token }: Environment,
  headers: Headers,
): Promise<Identity | Refusal> => {
  const given = /^Bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
  if (token === undefined || token === "" || given === undefined || !(await isSame(given, token))) {
    return unauthorized(
      "This is for the platform's operator. Give the token EXECUTOR_PLATFORM_TOKEN.",
    );
  }
  return new Identity({
    organization: platformName,
    subject: "platform",
    permissions: ["metrics:read"],
    answersForAll: false,
  });
};

/** Compares digests, so that the time of a comparison tells nothing about the token. */
const isSame = async (left: string, right: string): Promise<boolean> => {
  const digests = await Promise.all([left, right].map(digest));
  const [first = "", second = ""] = digests;
  return first === second;
};

const digest = async (text: string): Promise<string> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))).toHex();

/** Path of the platform's object that takes the Worker's counts. No client's request reaches it. */
export const refusalsPath = "/internal/refusals";

const Refusals = Schema.Array(
  Schema.Struct({
    surface: Schema.Literal("api", "mcp", "metrics"),
    outcome: Schema.String,
    count: Schema.Int,
  }),
);
const decodeRefusals = Schema.decodeUnknownSync(Refusals);

const gatherMs = 500;

/** A batch older than this is lost: the platform ended the request that was to send it. */
const lostMs = 10_000;

let batch = new Map<string, (typeof Refusals.Type)[number]>();
let batchSince = 0;

/**
 * Counts a request that belongs to no organization, because it has no valid credentials. The counts of half a second are sent
 * together, so that a flood of refused requests makes no flood of requests to the platform's object.
 */
export const countRefusal = (
  surface: Surface,
  outcome: string,
  { ORGANIZATIONS }: Environment,
): Promise<void> | undefined => {
  const key = `${surface} ${outcome}`;
  const isFirst = batch.size === 0 || Date.now() - batchSince > lostMs;
  if (isFirst) batchSince = Date.now();
  batch.set(key, { surface, outcome, count: (batch.get(key)?.count ?? 0) + 1 });
  return isFirst ? flush(ORGANIZATIONS) : undefined;
};

const flush = async (objects: DurableObjectNamespace): Promise<void> => {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, gatherMs);
  });
  const body = JSON.stringify([...batch.values()]);
  batch = new Map();
  const url = new URL(refusalsPath, "http://platform");
  await objects
    .get(objects.idFromName(platformName))
    .fetch(new Request(url, { method: "POST", body }));
};

/** Records the Worker's counts, in the platform's object. */
export const recordRefusals: WebHandler = async (request) => {
  for (const { count, outcome, surface } of decodeRefusals(await request.json())) {
    authAttempts.add(count, { surface, outcome });
  }
  return new Response(null, { status: 204 });
};
