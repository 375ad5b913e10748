import { describe, expect, it } from "@effect/vitest";
import { neededPermission } from "../src/auth/org-auth.ts";

describe("neededPermission", () => {
  it.each([
    ["GET", "/api/metrics", "metrics:read"],
    ["HEAD", "/api/metrics", "metrics:read"],
    ["GET", "/api/sources", "sources:read"],
    ["POST", "/api/sources", "sources:write"],
    ["POST", "/api/sources/detect", "sources:write"],
    ["PATCH", "/api/sources/github", "sources:write"],
    ["POST", "/api/sources/github/review", "sources:write"],
    ["DELETE", "/api/sources/github", "sources:write"],
    ["POST", "/api/executions", "executions:write"],
    ["POST", "/api/executions/exec_1/resume", "executions:write"],
    ["GET", "/api/executions/exec_1", "executions:read"],
    ["PUT", "/api/secrets/token", "secrets:write"],
    ["PUT", "/api/policies", "policies:write"],
    ["GET", "/api/health", "none"],
    ["POST", "/api/metrics", "unknown"],
    // The router decodes a path before it matches it.
    ["POST", "/api/sources/%64etect", "sources:write"],
    ["DELETE", "/api/sources/%64etect", "sources:write"],
    ["GET", "/api/sources/a%2Fb", "sources:read"],
    ["GET", "/api/nothing", "unknown"],
    ["GET", "/api/metrics/", "unknown"],
    ["GET", "/API/metrics", "unknown"],
    ["GET", "/api//metrics", "unknown"],
    ["GET", "/api/%6Detrics", "metrics:read"],
    ["GET", "/api/metrics?x=/api/health", "metrics:read"],
    ["GET", "/api/sources/a/b", "unknown"],
    ["GET", "/mcp", "unknown"],
    ["GET", `/api/tools/hub.${"a".repeat(2_000)}`, "tools:read"],
    ["DELETE", `/api/sources/${"a".repeat(2_000)}`, "sources:write"],
  ])("%s %s needs %s", (method, pathname, permission) => {
    expect(neededPermission(method, pathname)).toBe(permission);
  });
});
