import {
  hostHeaderValidationResponse,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from "@modelcontextprotocol/server";
import { deriveKey, SecretKey } from "@executor/sdk";
import { Effect } from "effect";
import { mcpRouter } from "../../src/router.ts";
import { defaultMcpLimits } from "../../src/sessions/sessions.ts";
import { RequestStates } from "../../src/stateless/request-state.ts";
import { fixtureServer } from "./fixture.ts";

// Serves the conformance suite's tools over the host's routing until it is killed; prints its address.

const secret = await Effect.runPromise(
  Effect.flatMap(SecretKey.generate, (bytes) => SecretKey.fromBytes(bytes)),
);
const states = new RequestStates(await deriveKey(secret, "conformance"), "");
const serve = fixtureServer(states, () => void router.listsChanged());
const router = mcpRouter({
  limits: defaultMcpLimits,
  tracer: undefined,
  states,
  reachedBy: async () => ({ holder: "", toolkit: undefined, serve, subscribe: async () => {} }),
});
const { port } = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  idleTimeout: 0,
  fetch: (request) =>
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins()) ??
    router.answer(request),
});
process.stdout.write(`http://127.0.0.1:${port}/mcp\n`);
