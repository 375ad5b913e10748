import type * as Workers from "@cloudflare/workers-types";
import { TypeStripper } from "@executor/kernel/prepare-code";
import type { D1Database } from "better-auth";
import manifest from "../package.json" with { type: "json" };
import typeStripperModule from "./type-stripper.wasm";

/** QuickJS as the build prepared it: every loop in it can be interrupted. */
export { default as quickJs } from "./quickjs.wasm";
/** What lets code in QuickJS be suspended. */
export { default as suspending } from "./suspending.wasm";

/** swc, as the build metered it: one for all organizations, since an instance takes a few MiB of the isolate's memory. */
export const typeStripper = new TypeStripper(typeStripperModule);

export const version: string = manifest.version;

/** Bindings, variables and secrets of `wrangler.jsonc`. Variables are text; those with a question mark have defaults. */
export interface Environment {
  /** Objects of the organizations, one for each. */
  readonly ORGANIZATIONS: DurableObjectNamespace;
  /** People, organizations and keys. */
  readonly DB: D1Database;
  /** Signs sessions; at least 32 characters. */
  readonly BETTER_AUTH_SECRET: string;
  /** Encrypts secrets and sources' settings: 32 bytes in base64. */
  readonly EXECUTOR_SECRET_KEY: string;
  /** Where people reach the app, such as `https://executor.example`. */
  readonly EXECUTOR_URL: string;
  /** Token of the platform's operator for `/api/platform/*`, which is closed if it is not set. */
  readonly EXECUTOR_PLATFORM_TOKEN?: string;
  /** Organizations that `/api/platform/organizations/metrics` shows at most, those that were active last; off if it is not set. */
  readonly EXECUTOR_PLATFORM_ORGANIZATIONS?: string;
  /** Log lines as `text`, which is the default, or `json`. */
  readonly EXECUTOR_LOG_FORMAT?: string;
  /**
   * Binding through which the receiver of `OTEL_EXPORTER_OTLP_ENDPOINT` is reached, such as one of Workers VPC for a private
   * address; the Internet unless given. The variables `OTEL_*` are read by their names.
   */
  readonly OTLP_RECEIVER?: { readonly fetch: (request: Request) => Promise<Response> };
  /** `true` lets sources lead to private addresses; for tests. */
  readonly EXECUTOR_PRIVATE_UPSTREAMS?: string;
  /** Milliseconds between two writes of the metrics' totals. */
  readonly EXECUTOR_METRICS_INTERVAL?: string;
  /** Organizations that one account may own. */
  readonly EXECUTOR_MAX_ORGANIZATIONS?: string;
  /** Mail service: an `https:` URL that takes posts, or an `smtps:` URL. Without one, email addresses are not verified. */
  readonly EXECUTOR_MAIL_URL?: string;
  /** Token for a mail service that takes posts. */
  readonly EXECUTOR_MAIL_TOKEN?: string;
  /** Sender of mails. */
  readonly EXECUTOR_MAIL_FROM?: string;
  /** Label sets of one organization, all its metrics together. */
  readonly EXECUTOR_MAX_SERIES?: string;
  /** Executions of one organization that run at once. */
  readonly EXECUTOR_MAX_RUNNING?: string;
  /** Seconds that executions of one organization may compute in an hour, together. */
  readonly EXECUTOR_MAX_COMPUTING?: string;
  /** Executions of one organization that wait for a slot. */
  readonly EXECUTOR_MAX_WAITING?: string;
  /** Requests in a minute of one key or one person. */
  readonly EXECUTOR_MAX_REQUESTS?: string;
  /** Size in bytes at which one organization's database takes no more. */
  readonly EXECUTOR_MAX_STORAGE?: string;
}

/** D1, as far as keys are read and written in it. */
export type KeyDatabase = Pick<D1Database, "prepare">;

export type DurableObjectId = Pick<Workers.DurableObjectId, "name" | "equals">;

export type DurableObjectState = Workers.DurableObjectState;

/** Namespace of Durable Objects, with this process's requests and responses in place of the platform's declarations of them. */
export interface DurableObjectNamespace extends Pick<Workers.DurableObjectNamespace, "idFromName"> {
  readonly get: (id: Workers.DurableObjectId) => {
    readonly fetch: (request: Request) => Promise<Response>;
  };
}
