/* oxlint-disable -- written without types, since Miniflare is not installed where the workspace is checked */
/** Runs the app on workerd, by Miniflare's options in a variable of the environment, as JSON. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { Miniflare } from "miniflare";

/** Directory of the D1 database, where Wrangler keeps it; earlier versions kept it in `d1`. */
const databaseDirectory = (dataDirectory) => {
  const [before, directory] = [join(dataDirectory, "d1"), join(dataDirectory, "v3", "d1")];
  if (existsSync(before) && !existsSync(directory)) {
    mkdirSync(join(dataDirectory, "v3"), { recursive: true });
    renameSync(before, directory);
  }
  return directory;
};

const applyMigrations = (dataDirectory) => {
  const wrangler = join(import.meta.dirname, "node_modules/wrangler/wrangler-dist/cli.js");
  const config = join(import.meta.dirname, "..", "wrangler.jsonc");
  const options = ["--local", "--persist-to", dataDirectory, "--config", config];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [wrangler, "d1", "migrations", "apply", "DB", ...options],
    {
      encoding: "utf8",
      env: {
        ...process.env,
        CI: "1",
        WRANGLER_HIDE_BANNER: "true",
        WRANGLER_SEND_METRICS: "false",
      },
    },
  );
  if (status !== 0) throw new Error(`The D1 migrations failed:\n${stdout}\n${stderr}`);
};

/** Certificates that an upstream's may be signed by: the public ones, the machine's own, and those of `NODE_EXTRA_CA_CERTS`. */
const tlsOptions = () => {
  const file = process.env.NODE_EXTRA_CA_CERTS;
  const text = file ? readFileSync(file, "utf8") : "";
  const extra = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return { trustBrowserCas: true, trustedCertificates: [...rootCertificates, ...extra] };
};

const { dataDirectory, allow, ...options } = JSON.parse(process.env.EXECUTOR_WORKERD_OPTIONS);
const d1Persist = databaseDirectory(dataDirectory);
applyMigrations(dataDirectory);
const miniflare = new Miniflare({
  ...options,
  outboundService: { network: { allow, tlsOptions: tlsOptions() } },
  d1Persist,
  durableObjectsPersist: join(dataDirectory, "organisations"),
});
const stop = async () => {
  await miniflare.dispose();
  process.exit(0);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
const url = await miniflare.ready;
process.stdout.write(`${JSON.stringify({ url: url.href })}\n`);
