import type { AuthSettings } from "./auth/better-auth.ts";
import type { DurableObjectNamespace } from "./durable-object-state.ts";

/** Path of the MCP endpoint. */
export const mcpPath = "/mcp";

/** The bindings, variables and secrets of `wrangler.jsonc`. Variables are text; those with a question mark have defaults. */
export interface Environment {
  /** One object for each organization. */
  readonly ORGANIZATIONS: DurableObjectNamespace;
  /** People, organizations and keys. */
  readonly DB: AuthSettings["database"];
  /** Signs sessions; at least 32 characters. */
  readonly BETTER_AUTH_SECRET: string;
  /** Encrypts secrets and sources' settings: 32 bytes in base64. */
  readonly EXECUTOR_SECRET_KEY: string;
  /** Where people reach the app, such as `https://executor.example`. */
  readonly EXECUTOR_URL: string;
  /** Lets the platform's operator read `/api/platform/metrics`; nobody may where it is not set. */
  readonly EXECUTOR_PLATFORM_TOKEN?: string;
  /** `true` lets sources lead to private addresses; for tests. */
  readonly EXECUTOR_PRIVATE_UPSTREAMS?: string;
  /** Milliseconds between two writes of the metrics' totals. */
  readonly EXECUTOR_METRICS_INTERVAL?: string;
  /** Label sets of one organization, all its metrics together. */
  readonly EXECUTOR_MAX_SERIES?: string;
  /** Executions of one organization that run at once. */
  readonly EXECUTOR_MAX_RUNNING?: string;
  /** Executions of one organization that wait for a place. */
  readonly EXECUTOR_MAX_WAITING?: string;
  /** Bytes that one organization's database may have before it takes no more. */
  readonly EXECUTOR_MAX_STORAGE?: string;
}
