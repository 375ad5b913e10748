import { counter, histogram, httpDurationSeconds } from "@executor/telemetry";

export const httpServerRequestDuration = histogram({
  name: "http.server.request.duration",
  description: "Time of requests to the API.",
  unit: "s",
  labels: ["http.request.method", "http.route", "http.response.status_code"],
  boundaries: httpDurationSeconds,
});

export const authAttempts = counter({
  name: "executor.auth.attempts",
  description: "Requests that were asked who they are, by what came of it.",
  unit: "{attempt}",
  labels: ["surface", "outcome"],
});

export type Surface = "api" | "mcp" | "metrics";

/** Value of the label `surface` of `executor.auth.attempts` for a request's path, with or without a query. */
export const surfaceOf = (url: string): Surface => {
  const [path = ""] = url.split("?");
  if (path === "/mcp") return "mcp";
  return path.endsWith("/metrics") ? "metrics" : "api";
};
