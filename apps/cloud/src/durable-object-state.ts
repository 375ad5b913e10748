import type * as Workers from "@cloudflare/workers-types";

export type DurableObjectId = Pick<Workers.DurableObjectId, "name" | "equals">;

/** Durable Object's storage, as far as it is used. */
export type ObjectStorage = Pick<
  Workers.DurableObjectStorage,
  "sql" | "transactionSync" | "getAlarm" | "setAlarm" | "deleteAlarm"
>;

export type DurableObjectState = Workers.DurableObjectState;

/** Namespace with this process's own requests and responses, in place of the platform's declarations of them. */
export interface DurableObjectNamespace extends Pick<Workers.DurableObjectNamespace, "idFromName"> {
  readonly get: (id: Workers.DurableObjectId) => {
    readonly fetch: (request: Request) => Promise<Response>;
  };
}
