import { Schema } from "effect";
import { parseOnce } from "./parser-peers.ts";
import { serveReceiver, serveUpstream } from "./upstream.ts";

/**
 * Work that is measured in a process of its own. `first-light.ts --child name argument` does it and prints one line of
 * JSON.
 */
const children: Readonly<Record<string, (argument: string) => Promise<unknown>>> = {
  parse: parseOnce,
  upstream: serveUpstream,
  receiver: serveReceiver,
};

const main = new URL("../first-light.ts", import.meta.url).pathname;

const command = (child: string, argument: string): Array<string> => [
  process.execPath,
  main,
  "--child",
  child,
  argument,
];

/** In the child: does what {@link inChild} and {@link startChild} ask for. */
export const beChild = async (child = "", argument = ""): Promise<void> => {
  const work = children[child];
  if (work === undefined) throw new Error(`There is no child ${child}.`);
  process.stdout.write(`${JSON.stringify(await work(argument))}\n`);
};

/** Runs a child to its end, for what it found. */
export const inChild = async <A, I>(
  schema: Schema.Schema<A, I>,
  child: string,
  argument: string,
): Promise<A> => {
  const run = Bun.spawn(command(child, argument), { stderr: "inherit" });
  return Schema.decodeSync(Schema.parseJson(schema))(await new Response(run.stdout).text());
};

/** Starts a child that goes on, for what it says first. */
export const startChild = async <A, I>(
  schema: Schema.Schema<A, I>,
  child: string,
  argument: string,
) => {
  const run = Bun.spawn(command(child, argument), { stderr: "inherit" });
  const reader = run.stdout.getReader();
  let text = "";
  while (!text.includes("\n")) {
    const { done, value } = await reader.read();
    if (done) throw new Error(`The child ${child} ended at once.`);
    text += new TextDecoder().decode(value);
  }
  return {
    said: Schema.decodeSync(Schema.parseJson(schema))(text),
    stop: async (): Promise<void> => {
      run.kill();
      await run.exited;
    },
  };
};
