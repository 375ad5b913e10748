import { counter, histogram, httpDurationSeconds } from "@executor/telemetry";

export const httpServerRequestDuration = histogram({
  name: "http.server.request.duration",
  description: "Time of requests to the API.",
  unit: "s",
  labels: [
    "http.request.method",
    "http.route",
    "http.response.status_code",
    "url.scheme",
    "error.type",
  ],
  boundaries: httpDurationSeconds,
});

export const authAttempts = counter({
  name: "executor.auth.attempts",
  description: "Requests that were asked who they are, by what came of it.",
  unit: "{attempt}",
  labels: ["surface", "outcome"],
});
