import { Options } from "@effect/cli";
import { Schema } from "effect";
import { port } from "../server/config.ts";

const Port = Schema.Int.pipe(
  Schema.between(1, 65_535, { message: () => "A port is a number from 1 to 65535." }),
);

/** `--port`, which wins over `EXECUTOR_PORT`. */
export const portOption = Options.integer("port").pipe(
  Options.withAlias("p"),
  Options.withSchema(Port),
  Options.withDescription("The daemon's port"),
  Options.withFallbackConfig(port),
);
