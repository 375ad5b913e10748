/* oxlint-disable -- written without types, since Miniflare is not installed where the workspace is checked */
/** Runs the app on workerd: with Miniflare's options, as JSON in a variable of the environment. */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Miniflare } from "miniflare";

/** As `wrangler d1 migrations apply` does it, so that either goes on where the other stopped. */
const applyMigrations = async (database, directory) => {
  await database.exec(
    "CREATE TABLE IF NOT EXISTS d1_migrations (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)",
  );
  const { results } = await database.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map(({ name }) => name));
  for (const name of readdirSync(directory).toSorted()) {
    if (!name.endsWith(".sql") || applied.has(name)) continue;
    const statements = readFileSync(join(directory, name), "utf8")
      .split(";")
      .filter((statement) => statement.trim() !== "");
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name),
    ]);
  }
};

const { migrations, ...options } = JSON.parse(process.env.EXECUTOR_WORKERD_OPTIONS);
const miniflare = new Miniflare(options);
const stop = async () => {
  await miniflare.dispose();
  process.exit(0);
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
const url = await miniflare.ready;
if (migrations !== undefined) {
  await applyMigrations(await miniflare.getD1Database("DB"), migrations);
}
process.stdout.write(`${JSON.stringify({ url: url.href })}\n`);
