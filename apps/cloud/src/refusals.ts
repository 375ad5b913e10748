import type { Surface } from "@executor/api";
import type { DurableObjectNamespace } from "./durable-object-state.ts";
import type { Environment } from "./environment.ts";

/** The object that counts for the platform's operator. No organization's id is a word like this. */
export const platformName = "platform";

/** Where the Worker tells the platform's object what it refused. No client's request gets there. */
export const refusalsPath = "/internal/refusals";

export interface RefusalCount {
  readonly surface: Surface;
  readonly outcome: string;
  readonly count: number;
}

const gatherMs = 500;

/** After this long, whoever was to hand the counts on has been ended by the platform. */
const lostMs = 10_000;

let waiting = new Map<string, RefusalCount>();
let waitingSince = 0;

/**
 * Counts a request that belongs to no organization because nobody can be told by it. The counts of half a second are handed on
 * together, so that a flood of such requests makes no flood behind the Worker.
 */
export const countRefusal = (
  surface: Surface,
  outcome: string,
  { ORGANIZATIONS }: Environment,
): Promise<void> | undefined => {
  const key = `${surface} ${outcome}`;
  const isFirst = waiting.size === 0 || Date.now() - waitingSince > lostMs;
  if (isFirst) waitingSince = Date.now();
  waiting.set(key, { surface, outcome, count: (waiting.get(key)?.count ?? 0) + 1 });
  if (!isFirst) return undefined;
  return handOn(ORGANIZATIONS);
};

const handOn = async (objects: DurableObjectNamespace): Promise<void> => {
  await new Promise<void>((resolve) => {
    setTimeout(resolve, gatherMs);
  });
  const body = JSON.stringify([...waiting.values()]);
  waiting = new Map();
  const url = new URL(refusalsPath, "http://platform");
  await objects
    .get(objects.idFromName(platformName))
    .fetch(new Request(url, { method: "POST", body }));
};
