import type { McpServer, ServerContext } from "@modelcontextprotocol/server";
import type { Effect } from "effect";
import type { JsonRpcError } from "../json-rpc.ts";
import type { HostOfferings } from "./host-offerings.ts";
import { type Subscribe, Subscriptions } from "./subscriptions.ts";

/** What servers that serve resources and prompts announce. */
export const offeringCapabilities = {
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  completions: {},
};

/** Handles the requests for resources, prompts and completions. */
export const handleOfferings = (
  server: McpServer["server"],
  offerings: HostOfferings,
  run: <A>(effect: Effect.Effect<A, JsonRpcError>, context: ServerContext) => Promise<A>,
): void => {
  server.setRequestHandler("resources/list", ({ params }, context) =>
    run(offerings.resources(params?.cursor), context),
  );
  server.setRequestHandler("resources/templates/list", ({ params }, context) =>
    run(offerings.templates(params?.cursor), context),
  );
  server.setRequestHandler("resources/read", ({ params }, context) =>
    run(offerings.read(params.uri), context),
  );
  server.setRequestHandler("prompts/list", ({ params }, context) =>
    run(offerings.prompts(params?.cursor), context),
  );
  server.setRequestHandler("prompts/get", ({ params }, context) =>
    run(offerings.fillPrompt(params.name, params.arguments ?? {}), context),
  );
  server.setRequestHandler("completion/complete", ({ params }, context) =>
    run(offerings.complete(params), context),
  );
};

/** Handles the subscriptions of a session's client. They end with the session. */
export const handleSubscriptions = (server: McpServer["server"], subscribe: Subscribe): void => {
  const subscriptions = new Subscriptions(subscribe);
  server.setRequestHandler("resources/subscribe", async ({ params: { uri } }) => {
    await subscriptions.add(uri, () => {
      // The client may have just disconnected.
      server.sendResourceUpdated({ uri }).catch(() => undefined);
    });
    return {};
  });
  server.setRequestHandler("resources/unsubscribe", ({ params: { uri } }) => {
    subscriptions.remove(uri);
    return {};
  });
  server.onclose = () => subscriptions.close();
};
