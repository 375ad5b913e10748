import { compare } from "./exposition/compare.ts";
import { beContender } from "./exposition/contender.ts";
import { costPerSeries, eventLoopDelay, retainedMemory } from "./exposition/own-cost.ts";
import { recording } from "./exposition/recording.ts";
import { describeMachine, say } from "./support/markdown.ts";

/**
 * What a scrape costs, beside other exporters: `bun benchmark/exposition.ts [what ...]`. The peers have to be installed:
 * `bun install --cwd benchmark/exposition/peers`.
 */
const measurements = {
  memory: () => retainedMemory(100_000),
  loop: () => eventLoopDelay(100_000),
  cost: () => costPerSeries([1_000, 10_000, 100_000]),
  recording,
  "1k": () => compare(1_000),
  "10k": () => compare(10_000),
  "100k": () => compare(100_000),
};

const [first, ...rest] = process.argv.slice(2);

if (first === "--child") {
  await beContender(...rest);
} else {
  const chosen = process.argv.slice(2);
  say(`${describeMachine()}\n`);
  for (const [name, measure] of Object.entries(measurements)) {
    if (chosen.length === 0 || chosen.includes(name)) await measure();
  }
}
