import { Context, Effect, Layer, Option, Queue, Redacted, Schema, Stream } from "effect";
import { sdkLayer } from "../../src/layer.ts";
import { SourcePlugins } from "../../src/model/plugin.ts";
import type { SourcePlugin } from "../../src/model/plugin.ts";
import { NewSecret } from "../../src/credentials/secret.ts";
import { Namespace, NewSource, SecretName, SourceUnreachable } from "../../src/model/source.ts";
import { Secrets } from "../../src/credentials/secrets.ts";
import type { ResolvedSettings } from "../../src/model/source.ts";
import type { PassingFailure } from "../../src/model/source-state.ts";
import { ToolAnnotations, ToolCallError } from "../../src/model/tool.ts";
import { CredentialGuard } from "../../src/credentials/credential-guard.ts";

/** Settings that reached the plugin of the test, and switches for its behavior. */
export class Probe extends Context.Tag("Probe")<
  Probe,
  {
    readonly seen: Array<ResolvedSettings>;
    readonly released: Array<ResolvedSettings>;
    readonly following: Array<ResolvedSettings>;
    readonly events: Queue.Queue<void>;
    loads: number;
    toolCount: number;
    /** What its upstream says besides, where it does not answer. */
    complaint: string;
    unreachable: boolean;
    /** Why it does not answer, where another try may work. */
    passing: PassingFailure | undefined;
    /** Whether readings break by a fault of the plugin. */
    breaks: boolean;
    /** What a reading waits for. */
    gate: Effect.Effect<void>;
  }
>() {}

const annotations = new ToolAnnotations({
  readOnly: true,
  destructive: false,
  requiresApproval: false,
});

const headersAsText = ({ headers }: ResolvedSettings) => Object.values(headers).join(" ");

/** A kind of source that returns its settings in every way in which a source can. */
const plugin = (probe: Context.Tag.Service<typeof Probe>): SourcePlugin => ({
  kind: "mcp",
  detect: (settings) =>
    Effect.sync(() => {
      probe.seen.push(settings);
      return Option.some({ name: "Probe", namespace: "probe" });
    }),
  load: (settings) =>
    Effect.flatMap(
      Effect.suspend(() => probe.gate),
      () => {
        probe.seen.push(settings);
        probe.loads++;
        if (probe.breaks) return Effect.die(new RangeError("Maximum call stack size exceeded."));
        const echoed = headersAsText(settings);
        if (probe.unreachable) {
          return Effect.fail(
            new SourceUnreachable({
              message: `No answer to ${echoed}${probe.complaint}`,
              code: probe.passing,
            }),
          );
        }
        const paths = Array.from({ length: probe.toolCount }, (_, index) => `more${index}`);
        return Effect.succeed({
          name: `Probe ${echoed}`,
          instructions: `Call echo first. ${echoed}`,
          url: settings.url ?? settings.baseUrl ?? `stdio:${settings.command}`,
          definitions: new Map([["D", { description: echoed }]]),
          warnings: [],
          tools: ["echo", "fail", "die", "guard", ...paths].map((path) => ({
            path,
            description: `${path} ${echoed}`,
            annotations,
            inputSchema: { type: "object", description: echoed },
            outputSchema: { type: "object", description: echoed },
            binding: path,
          })),
        });
      },
    ),
  invoke: ({ binding, settings }) => {
    probe.seen.push(settings);
    const data = { ...settings.headers, ...settings.env };
    const message = `Refused: ${Object.values(data).join(" ")}`;
    switch (binding) {
      case "fail":
        return Effect.fail(
          new ToolCallError({
            outcome: "upstream_error",
            errorType: "500",
            message,
            headers: { "x-echo": message },
            data,
          }),
        );
      case "die":
        return Effect.die(new Error(message));
      case "guard":
        return Effect.map(CredentialGuard, ({ origin, forbidden }) => ({
          data: {
            origin: origin ?? null,
            forbidden: ["https://api.example.com/x", "https://evil.example/"].map((url) => [
              ...forbidden(new URL(url), { headers: settings.headers }),
            ]),
          },
          size: 0,
        }));
      default:
        return Effect.succeed({ data, size: 0 });
    }
  },
  changes: (settings) => {
    probe.following.push(settings);
    return Stream.fromQueue(probe.events).pipe(
      Stream.ensuring(
        Effect.sync(() => probe.following.splice(probe.following.indexOf(settings), 1)),
      ),
    );
  },
  release: (settings) => Effect.sync(() => void probe.released.push(settings)),
});

const probeLayer = Layer.effect(
  Probe,
  Effect.map(Queue.unbounded<void>(), (events) => ({
    seen: [],
    released: [],
    following: [],
    events,
    loads: 0,
    toolCount: 0,
    complaint: "",
    unreachable: false,
    passing: undefined,
    breaks: false,
    gate: Effect.void,
  })),
);

const pluginsLayer = Layer.effect(
  SourcePlugins,
  Effect.map(Probe, (probe) => new Map([["mcp" as const, plugin(probe)]])),
);

/** The sdk with the probe, over the database and the key of the context. */
export const layerProbe = sdkLayer.pipe(
  Layer.provide(pluginsLayer),
  Layer.provideMerge(probeLayer),
);

export const secretName = (name: string): SecretName => SecretName.make(name);

/** Puts a secret for `https://api.example.com`, or for other origins. */
export const putSecret = (
  name: string,
  value: string,
  origins: ReadonlyArray<string> = ["https://api.example.com"],
) =>
  Effect.flatMap(Secrets, (secrets) =>
    secrets.put(
      secretName(name),
      Schema.decodeSync(Schema.typeSchema(NewSecret))({ value: Redacted.make(value), origins }),
    ),
  );

/** Makes a source at `https://api.example.com`, unless the settings say otherwise. */
export const probeSource = (
  namespace: string,
  settings: Partial<ConstructorParameters<typeof NewSource>[0]>,
): NewSource =>
  new NewSource({
    namespace: Namespace.make(namespace),
    kind: "mcp",
    ...(settings.command === undefined ? { url: "https://api.example.com/mcp" } : {}),
    ...settings,
  });
