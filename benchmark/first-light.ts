/**
 * What the daemon costs, measured from outside over HTTP, beside peers in the same run. Prints Markdown. Run it with
 * `bun run benchmark`, which brings the peers; names of parts (`adding reading executing calling idle`) choose among them.
 */
import { benchmarkAdding } from "./first-light/adding.ts";
import { benchmarkCalling } from "./first-light/calling.ts";
import { beChild } from "./first-light/children.ts";
import { benchmarkExecuting } from "./first-light/executing.ts";
import { benchmarkIdle } from "./first-light/idle.ts";
import { describeMachine, say } from "./support/markdown.ts";
import { benchmarkReading } from "./first-light/reading.ts";

const parts: Readonly<Record<string, () => Promise<void>>> = {
  adding: benchmarkAdding,
  reading: benchmarkReading,
  executing: benchmarkExecuting,
  calling: benchmarkCalling,
  idle: benchmarkIdle,
};

const chosen = Bun.argv.slice(2);
if (chosen[0] === "--child") {
  await beChild(chosen[1], chosen[2]);
} else {
  const unknown = chosen.filter((name) => parts[name] === undefined);
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(", ")}.`);
  say(`${describeMachine()}\n`);
  for (const [name, run] of Object.entries(parts)) {
    if (chosen.length === 0 || chosen.includes(name)) await run();
  }
}
