import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { build } from "./build.ts";
import { localSecrets } from "./local-secrets.ts";
import { startWorkerd } from "./workerd.ts";

/** `bun run cloud`: runs the cloud app on this machine, on workerd, with its data in a directory. */
const port = Number(process.env["EXECUTOR_CLOUD_PORT"] ?? 4789);
const dataDirectory =
  process.env["EXECUTOR_CLOUD_DATA_DIR"] ?? join(homedir(), ".executor", "cloud");
const url = `http://127.0.0.1:${port}`;

/** Variables of `wrangler.jsonc` with a default, taken from this process. */
const given = Object.fromEntries(
  Object.entries(process.env).flatMap(([name, value]) =>
    /^(OTEL_|EXECUTOR_(LOG_FORMAT$|MAX_|MAIL_|METRICS_INTERVAL|PRIVATE_UPSTREAMS|PLATFORM_))/.test(
      name,
    ) && value !== undefined
      ? [[name, value]]
      : [],
  ),
);

const verification =
  given["EXECUTOR_MAIL_URL"] === undefined
    ? ""
    : `
     A mail verifies your address: open its link, and sign in.

     curl -c cookies ${url}/api/auth/sign-in/email -H 'Content-Type: application/json' \\
       -d '{"email":"you@example.com","password":"at least ten characters"}'`;

const guide = `
Executor's cloud app runs on ${url}; its data is in ${dataDirectory}.

  1. Sign up, keep the session, and make an organization:

     curl -c cookies ${url}/api/auth/sign-up/email -H 'Content-Type: application/json' \\
       -d '{"name":"You","email":"you@example.com","password":"at least ten characters"}'${verification}
     curl -b cookies ${url}/api/auth/organization/create -H 'Content-Type: application/json' -H 'Origin: ${url}' \\
       -d '{"name":"Acme","slug":"acme"}'

  2. Make a key; its text is shown once:

     curl -b cookies ${url}/api/keys -H 'Content-Type: application/json' \\
       -d '{"name":"prometheus","permissions":["metrics:read"]}'

  3. Scrape with it:

     curl -H 'Authorization: Bearer KEY' ${url}/api/metrics

The endpoints are listed at ${url}/api/docs. Ctrl-C stops.
`;

// Files of workerd's databases are their owner's alone, whatever the directory's mode is.
process.umask(0o077);
mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
await build();
const workerd = await startWorkerd({
  port,
  dataDirectory,
  allowsPrivate: given["EXECUTOR_PRIVATE_UPSTREAMS"] === "true",
  variables: { ...given, ...(await localSecrets(dataDirectory)), EXECUTOR_URL: url },
});
process.on("SIGINT", workerd.stop);
process.on("SIGTERM", workerd.stop);
process.stdout.write(guide);
process.exit(await workerd.exited);
