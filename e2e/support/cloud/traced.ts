import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { connectOver } from "../mcp/client.ts";
import type { McpClient } from "../mcp/client.ts";
import type { TracedUpstream } from "../traces/traced-upstream.ts";
import type { CloudApp } from "./app.ts";
import { everyPermission, makeOrganization, signUp, withKey } from "./client.ts";
import type { CloudClient } from "./client.ts";

/** An organization of a new person, with the upstream as the source of its name. */
export interface TracedOrganization {
  readonly id: string;
  readonly client: CloudClient;
  readonly connect: () => Promise<McpClient>;
}

export const tracedOrganization = async (
  app: CloudApp,
  slug: string,
  { document }: Pick<TracedUpstream, "document">,
): Promise<TracedOrganization> => {
  const organization = await makeOrganization(app, await signUp(app, slug), slug);
  const { key } = await organization.makeKey(everyPermission);
  const client = withKey(app, key);
  await client.ask("POST", "/api/sources", { namespace: slug, kind: "openapi", document });
  return {
    id: organization.id,
    client,
    connect: () =>
      connectOver(
        new StreamableHTTPClientTransport(new URL(`${app.url}/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${key}` } },
        }),
      ),
  };
};

/** Counters of the export, as a scrape names them. */
export const exportedSpans = "otel_sdk_exporter_span_exported_total";
export const processedSpans = "otel_sdk_processor_span_processed_total";
