import { plugin } from "bun";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const packages = join(import.meta.dirname, "..", "..", "packages", "core");

/** The bounds of histograms, which stay as they are. */
const boundaries = (): string => {
  const file = join(packages, "telemetry/src/instruments/instrument.ts");
  const text = readFileSync(file, "utf8");
  const names = Array.from(
    text.matchAll(/^export const (\w+) = MetricBoundaries/gm),
    ([, name]) => name,
  );
  return `import { MetricBoundaries } from "effect";
    const bounds = MetricBoundaries.fromIterable([1]);
    export { ${names.map((name) => `bounds as ${name}`).join(", ")} };`;
};

/**
 * Preloaded by the build without telemetry: in place of the modules that measure a call, such as do nothing. What they export is what
 * the rest of the product imports.
 */
const modules: Readonly<Record<string, string>> = {
  "telemetry/src/instruments/instrument": `
    export const counter = () => ({ add: () => {} });
    export const gauge = () => ({ set: () => {}, add: () => {}, remove: () => {} });
    export const histogram = () => ({ record: () => {} });
    export const countOverflow = () => {};
    ${boundaries()}
  `,
  "telemetry/src/tracing/traced": `
    import { Effect } from "effect";
    const same = () => (effect) => effect;
    export { same as traced, same as below };
    export const currentTracer = Effect.succeed(undefined);
    export const spanOf = () => undefined;
    export const recordingOf = () => undefined;
    export const exemplarSpan = () => undefined;
    export const exemplarFilters = [];
    export const keepExemplars = () => {};
    export const keepsEveryExemplar = () => false;
    export const recordIn = (_, record) => record();
  `,
  "sdk/src/invocation/call-measurement": `
    export class ActiveTime { beginWait() {} endWait() {} elapsedMs() { return 0; } }
    export const measured = (call) => call({ time: new ActiveTime() });
    export const waiting = (_, wait) => wait;
  `,
  "sdk/src/invocation/call-arguments": `
    export const notingArguments = () => (call) => call;
  `,
  "sdk/src/upstream/request-measurement": `
    export class RequestMeasurement { responded() {} settled() {} end() {} }
  `,
  "sdk/src/upstream/request-span": `
    import { Effect } from "effect";
    export const inRequestSpan = () => (effect) => effect;
    export const withTrace = (_, __, headers) => Effect.succeed(headers);
  `,
};

plugin({
  name: "without-telemetry",
  setup: (build) => {
    build.onLoad(
      { filter: new RegExp(`/(${Object.keys(modules).join("|")})\\.ts$`) },
      ({ path }) => {
        const name = Object.keys(modules).find((known) => path.endsWith(`${known}.ts`)) ?? "";
        return { contents: modules[name] ?? "", loader: "js" };
      },
    );
  },
});
