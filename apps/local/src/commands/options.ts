import { Options } from "@effect/cli";
import { Schema } from "effect";
import { port } from "../server/config.ts";

/** `--json`: prints the API's own shapes, for programs. */
export const jsonOption = Options.boolean("json").pipe(
  Options.withDescription("Print JSON, in the API's shapes"),
);

const Port = Schema.Int.pipe(
  Schema.between(1, 65_535, { message: () => "A port is a number from 1 to 65535." }),
);

/** `--port`, which takes precedence over `EXECUTOR_PORT`. */
export const portOption = Options.integer("port").pipe(
  Options.withAlias("p"),
  Options.withSchema(Port),
  Options.withDescription("The daemon's port"),
  Options.withFallbackConfig(port),
);

const most = 1_000;

const Limit = Schema.Int.pipe(
  Schema.between(1, most, { message: () => `A limit is a number from 1 to ${most}.` }),
);

/** `--limit`, within the API's bounds. */
export const limitOption = (usual: number) =>
  Options.integer("limit").pipe(
    Options.withSchema(Limit),
    Options.withDescription(`How many at most; ${usual} unless given`),
    Options.withDefault(usual),
  );
