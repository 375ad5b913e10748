import { OpenApi } from "@effect/platform";
import { CloudExecutorApi } from "./auth/cloud-api.ts";
import { authPath } from "./auth/better-auth.ts";
import { KeysApi } from "./keys/api.ts";

/** All that the app answers but better-auth's own endpoints. */
const CloudApi = CloudExecutorApi.add(KeysApi);

const describe = () => OpenApi.fromApi(CloudApi);

let known: ReturnType<typeof describe> | undefined;

/** The OpenAPI document, which anybody may read. */
export const openApiDocument = (): Response => Response.json((known ??= describe()));

/** A page for people that lists the endpoints. */
export const docsPage = (): Response => {
  known ??= describe();
  const lines = Object.entries(known.paths).flatMap(([path, item]) =>
    Object.entries(item).map(
      ([method, { description = "" }]) =>
        `<tr><td>${method.toUpperCase()}</td><td><code>${escape(path)}</code></td><td>${escape(description)}</td></tr>`,
    ),
  );
  const { description, title } = known.info;
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escape(title)}</title>
<h1>${escape(title)}</h1><p>${escape(description ?? "")}</p>
<p>Everything needs an API key (<code>Authorization: Bearer KEY</code>) or a session. Accounts, sessions and organizations are
under <code>${authPath}</code>. The whole description is <a href="/api/openapi.json">an OpenAPI document</a>.</p>
<table>${lines.join("\n")}</table></html>`;
  return new Response(html, { headers: { "content-type": "text/html; charset=utf-8" } });
};

const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
