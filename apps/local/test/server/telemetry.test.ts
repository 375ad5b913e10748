import { describe, expect, it } from "@effect/vitest";
import { join } from "node:path";

const telemetry = join(import.meta.dirname, "..", "..", "src", "server", "telemetry.ts");

/** Starts the push in a fresh process with this environment, and gives the modules of it that are loaded then. */
const loadedModules = async (env: Record<string, string>): Promise<ReadonlyArray<string>> => {
  const script = `
    const { startMetricsExport } = await import(${JSON.stringify(telemetry)});
    const { Effect } = await import("effect");
    await Effect.runPromise(Effect.scoped(startMetricsExport()));
    const modules = Object.keys(require.cache);
    console.log(JSON.stringify(modules.filter((path) => /otlp|opentelemetry/i.test(path))));
  `;
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("OTEL_"));
  const child = Bun.spawn(["bun", "-e", script], {
    cwd: join(import.meta.dirname, "..", ".."),
    env: { ...Object.fromEntries(inherited), ...env },
    stdout: "pipe",
    stderr: "ignore",
  });
  const modules: unknown = JSON.parse(await new Response(child.stdout).text());
  return Array.isArray(modules) ? modules.map((path) => String(path).replace(/^.*\//, "")) : [];
};

describe("the push", () => {
  it.each([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9", OTEL_SDK_DISABLED: "True" },
    { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: "http://127.0.0.1:9", OTEL_METRICS_EXPORTER: "none" },
  ])("is not loaded where it is off: %o", async (env) => {
    expect(await loadedModules(env)).toEqual(["switch.ts"]);
  });

  it("is loaded where it is on, without OpenTelemetry's SDK", async () => {
    const modules = await loadedModules({
      OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9",
      OTEL_EXPORTER_OTLP_TIMEOUT: "100",
    });
    expect(modules).toEqual(expect.arrayContaining(["exporter.ts", "OtlpMetrics.js"]));
    expect(modules).not.toEqual(expect.arrayContaining(["NodeSdk.js"]));
  });
});
