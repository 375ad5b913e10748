/* oxlint-disable -- written without types, since Miniflare is not installed where the workspace is checked */
/**
 * Runs the bundle in `dist` on workerd with the bindings of `wrangler.jsonc`, by the options in a variable of the environment, as
 * JSON: `port`, `dataDirectory` of the databases, `variables` of `wrangler.jsonc` with the secrets, and `allowsPrivate`, whether
 * sources may lead to private addresses. `inspectorPort` is one for a debugger, which tells how much memory is in use. `entry` is the text of a module in place of the bundle's own, which it may import.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { Miniflare } from "miniflare";
import config from "../wrangler.jsonc";

const dist = join(import.meta.dirname, "..", "dist");

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

/** The main module comes first. */
const modulesOf = (entry) => [
  ...(entry === undefined ? [] : [{ type: "ESModule", path: "entry.js", contents: entry }]),
  { type: "ESModule", path: "worker.js" },
  ...["quickjs.wasm", "type-stripper.wasm", "suspending.wasm"].map((path) => ({
    type: "CompiledWasm",
    path,
  })),
];

const { allowsPrivate, dataDirectory, entry, inspectorPort, port, variables } = JSON.parse(
  process.env.EXECUTOR_WORKERD_OPTIONS,
);
/** The receiver of telemetry may be at a private address, whatever sources may reach. */
const receiverBindings = Object.keys(variables).some((name) => /^OTEL_.*ENDPOINT$/.test(name))
  ? { OTLP_RECEIVER: { network: { allow: ["public", "private"], tlsOptions: tlsOptions() } } }
  : {};
const d1Persist = databaseDirectory(dataDirectory);
applyMigrations(dataDirectory);
const miniflare = new Miniflare({
  host: "127.0.0.1",
  port,
  inspectorPort,
  cf: false,
  telemetry: { enabled: false },
  modulesRoot: dist,
  rootPath: dist,
  modules: modulesOf(entry),
  compatibilityDate: config.compatibility_date,
  compatibilityFlags: config.compatibility_flags,
  durableObjects: Object.fromEntries(
    config.durable_objects.bindings.map(({ name, class_name: className }) => [
      name,
      { className, useSQLite: true },
    ]),
  ),
  durableObjectsPersist: join(dataDirectory, "organisations"),
  d1Databases: Object.fromEntries(
    config.d1_databases.map(({ binding, preview_database_id: id }) => [binding, id]),
  ),
  d1Persist,
  bindings: variables,
  serviceBindings: receiverBindings,
  // workerd checks the address that a name resolves to; the app itself checks the name.
  outboundService: {
    network: {
      allow: allowsPrivate ? ["public", "private"] : ["public"],
      tlsOptions: tlsOptions(),
    },
  },
});
const stop = async () => {
  await miniflare.dispose();
  process.exit(0);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
const url = await miniflare.ready;
process.stdout.write(`${JSON.stringify({ url: url.href })}\n`);
