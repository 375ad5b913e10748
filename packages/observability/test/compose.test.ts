import { describe, expect, it } from "@effect/vitest";
import { Schema } from "effect";
import { load } from "js-yaml";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const kit = join(import.meta.dirname, "..");
const compose = join(kit, "compose");

const read = (...path: ReadonlyArray<string>): unknown =>
  load(readFileSync(join(kit, ...path), "utf8"));

/** The part of the Compose specification that the file uses. */
const Compose = Schema.Struct({
  name: Schema.String,
  services: Schema.Record({
    key: Schema.String,
    value: Schema.Struct({
      image: Schema.optional(Schema.String.pipe(Schema.pattern(/^[\w./-]+:v?\d+\.\d+\.\d+$/))),
      build: Schema.optional(
        Schema.Struct({ context: Schema.String, dockerfile_inline: Schema.String }),
      ),
      network_mode: Schema.Literal("host"),
      environment: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
      command: Schema.optional(Schema.Array(Schema.String)),
      volumes: Schema.optionalWith(Schema.Array(Schema.String), { default: () => [] }),
      depends_on: Schema.optional(Schema.Array(Schema.String)),
      restart: Schema.String,
    }),
  }),
  volumes: Schema.Record({ key: Schema.String, value: Schema.Null }),
});

const Scrape = Schema.Struct({
  global: Schema.Struct({ scrape_interval: Schema.String }),
  rule_files: Schema.Array(Schema.String),
  scrape_configs: Schema.Array(
    Schema.Struct({
      job_name: Schema.String.pipe(Schema.startsWith("executor")),
      scheme: Schema.optional(Schema.Literal("https")),
      metrics_path: Schema.Literal("/api/metrics"),
      authorization: Schema.optional(
        Schema.Struct({ type: Schema.Literal("Bearer"), credentials_file: Schema.String }),
      ),
      static_configs: Schema.Array(Schema.Struct({ targets: Schema.Array(Schema.String) })),
    }),
  ),
});

const strict = { onExcessProperty: "error" } as const;

const Datasources = Schema.Struct({
  datasources: Schema.Array(
    Schema.Struct({
      uid: Schema.String,
      jsonData: Schema.optional(
        Schema.Struct({
          exemplarTraceIdDestinations: Schema.Array(
            Schema.Struct({ name: Schema.String, datasourceUid: Schema.String }),
          ),
        }),
      ),
    }),
  ),
});

const { services, volumes } = Schema.decodeUnknownSync(
  Compose,
  strict,
)(read("compose", "compose.yaml"));

describe("the compose file", () => {
  it("mounts existing files and declared volumes", () => {
    const sources = Object.values(services).flatMap((service) =>
      service.volumes.map((volume) => volume.split(":")[0] ?? ""),
    );
    expect(sources.length).toBeGreaterThan(6);
    const missing = sources.filter((source) =>
      source.startsWith(".") ? !existsSync(join(compose, source)) : !(source in volumes),
    );
    expect(missing).toEqual([]);
  });

  it("builds the daemon from the repository, and gives every service an image or a build", () => {
    expect(existsSync(join(compose, services["executor"]?.build?.context ?? "", "bun.lock"))).toBe(
      true,
    );
    for (const { image, build } of Object.values(services)) {
      expect([image, build].filter((from) => from !== undefined)).toHaveLength(1);
    }
  });

  it("keeps Prometheus, Jaeger and Grafana on the loopback interface", () => {
    expect(services["jaeger"]?.environment).toEqual({ JAEGER_LISTEN_HOST: "127.0.0.1" });
    expect(services["prometheus"]?.command).toContain("--web.listen-address=127.0.0.1:9090");
    expect(services["grafana"]?.environment).toMatchObject({ GF_SERVER_HTTP_ADDR: "127.0.0.1" });
  });
});

describe("the data sources", () => {
  it("lead from an exemplar to its trace", () => {
    const { datasources } = Schema.decodeUnknownSync(Datasources)(
      read("compose", "grafana", "datasources.yaml"),
    );
    const uids = datasources.map(({ uid }) => uid);
    const [exemplars] = datasources.flatMap(
      ({ jsonData }) => jsonData?.exemplarTraceIdDestinations ?? [],
    );
    expect(exemplars?.name).toBe("trace_id");
    expect(uids).toContain(exemplars?.datasourceUid);
    expect(services["prometheus"]?.command).toContain("--enable-feature=exemplar-storage");
  });
});

describe("the scrape configurations", () => {
  it.each(readdirSync(join(kit, "scrape")))(
    "%s scrapes the metrics and loads the rules",
    (file) => {
      const { rule_files } = Schema.decodeUnknownSync(Scrape, strict)(read("scrape", file));
      expect(rule_files.every((path) => path.endsWith("/executor.rules.yaml"))).toBe(true);
    },
  );
});
