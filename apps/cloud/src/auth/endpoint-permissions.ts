import { HttpApi } from "@effect/platform";
import { CoreExecutorApi } from "@executor/api/contract";
import type { Permission } from "./permission.ts";

/** What each endpoint needs; `none`: belonging to the organization is enough. */
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

/** What running agent code over MCP needs. */
export const mcpPermission: Permission = "executions:write";

interface Rule {
  readonly method: string;
  readonly path: RegExp;
  readonly permission: Permission | "none";
}

const rules: ReadonlyArray<Rule> = (() => {
  const found: Array<Rule> = [];
  HttpApi.reflect(CoreExecutorApi, {
    onGroup: () => {},
    onEndpoint: ({ group, endpoint }) => {
      const name = `${group.identifier}.${endpoint.name}`;
      const permission = table[name];
      if (permission === undefined) throw new Error(`${name} has no permission in the table.`);
      const path = new RegExp(`^${endpoint.path.replaceAll(/:[^/]+/g, "[^/]+")}$`);
      found.push({ method: endpoint.method, path, permission });
    },
  });
  return found;
})();

/**
 * What a request needs. `unknown`: no endpoint is at its path for its method. Nothing else may mean that nothing is needed: the
 * router decodes what is matched here as it stands, so `/api/sources/%64etect` looks like another endpoint's path.
 */
export const neededPermission = (
  method: string,
  pathname: string,
): Permission | "none" | "unknown" => {
  const read = method === "HEAD" ? "GET" : method;
  const found = rules.find((rule) => rule.method === read && rule.path.test(pathname));
  return found?.permission ?? "unknown";
};
