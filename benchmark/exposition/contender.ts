import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { makeExecutor } from "./executor.ts";
import { change, makePeer, workload } from "./subject.ts";
import type { Subject, Workload } from "./subject.ts";

/** Those who are compared, ours first. */
export const contenders = ["Executor", "prom-client", "OpenTelemetry JS", "Effect 4"] as const;

export type ContenderName = (typeof contenders)[number];

/** One scrape to measure. */
export interface Turn {
  readonly way: "plain" | "gzipped";
  /** Of the series, how many are recorded to before it. */
  readonly share: number;
}

interface Contender {
  readonly subject: Subject;
  /** Ends with the bytes of a body. */
  readonly plain: () => Promise<unknown>;
  readonly gzipped: () => Promise<unknown>;
}

const peerFiles: Readonly<Record<Exclude<ContenderName, "Executor">, string>> = {
  "prom-client": "prom-client.js",
  "OpenTelemetry JS": "opentelemetry.js",
  "Effect 4": "effect4.js",
};

const encoder = new TextEncoder();
const compress = promisify(gzip);

/** The level that Executor compresses with. */
const level = 2;

const makeContender = async (name: ContenderName, load: Workload): Promise<Contender> => {
  if (name === "Executor") {
    const subject = makeExecutor(load);
    return {
      subject,
      plain: async () => subject.render(),
      gzipped: async () => subject.compress(await subject.render()),
    };
  }
  const subject = await makePeer(peerFiles[name], load);
  const plain = async () => encoder.encode(String(await subject.render()));
  return { subject, plain, gzipped: async () => compress(await plain(), { level }) };
};

/** In a process of its own: answers each turn with the milliseconds that it took. */
export const beContender = async (name = "", size = ""): Promise<void> => {
  const found = contenders.find((each) => each === name);
  if (found === undefined) throw new Error(`There is no contender ${name}.`);
  const load = workload(Number(size));
  const contender = await makeContender(found, load);
  process.on("message", ({ way, share }: Turn) => {
    void (async () => {
      change(load, contender.subject, share);
      const start = performance.now();
      await contender[way]();
      process.send?.(performance.now() - start);
    })();
  });
  process.send?.(0);
};
