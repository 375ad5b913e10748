import { HttpApi } from "@effect/platform";
import { CoreExecutorApi } from "@executor/api/contract";
import * as FindMyWay from "find-my-way-ts";
import type { Permission } from "./permission.ts";

/** Permission of each endpoint; `none` asks for membership of the organization alone. */
const table: Readonly<Record<string, Permission | "none">> = {
  "sources.list": "sources:read",
  "sources.get": "sources:read",
  "sources.add": "sources:write",
  "sources.remove": "sources:write",
  "sources.refresh": "sources:write",
  "sources.detect": "sources:write",
  "tools.list": "tools:read",
  "tools.get": "tools:read",
  "executions.run": "executions:write",
  "executions.resume": "executions:write",
  "executions.list": "executions:read",
  "executions.get": "executions:read",
  "policies.list": "policies:read",
  "policies.replace": "policies:write",
  "secrets.list": "secrets:read",
  "secrets.put": "secrets:write",
  "secrets.remove": "secrets:write",
  "metrics.scrape": "metrics:read",
  "health.health": "none",
};

/** Permission of the MCP endpoint, which runs code. */
export const mcpPermission: Permission = "executions:write";

/** Options of the API's router: a path is matched as it is written, but for its percent-encoding. */
export const routerConfig = {
  ignoreTrailingSlash: false,
  ignoreDuplicateSlashes: false,
  caseSensitive: true,
};

/** Routes of the API, matched by the library and the options of its router, so that both find the same endpoint. */
const routes = FindMyWay.make<Permission | "none">(routerConfig);
HttpApi.reflect(CoreExecutorApi, {
  onGroup: () => {},
  onEndpoint: ({ group, endpoint }) => {
    const name = `${group.identifier}.${endpoint.name}`;
    const permission = table[name];
    if (permission === undefined) throw new Error(`${name} has no permission in the table.`);
    routes.on(endpoint.method, endpoint.path, permission);
  },
});

/** Permission that the endpoint at a request's path and query needs; `unknown` if there is none for the method. */
export const neededPermission = (method: string, url: string): Permission | "none" | "unknown" =>
  routes.find(method === "HEAD" ? "GET" : method, url)?.handler ?? "unknown";
