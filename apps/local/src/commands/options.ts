import { Args, Options } from "@effect/cli";
import { Schema } from "effect";
import { port } from "../server/config.ts";

export const textArgument = (name: string, description: string) =>
  Args.text({ name }).pipe(Args.withDescription(description));

export const flag = (name: string, description: string) =>
  Options.boolean(name).pipe(Options.withDescription(description));

export const optionalText = (name: string, description: string) =>
  Options.text(name).pipe(Options.withDescription(description), Options.optional);

/** An option that may be given several times. */
export const texts = (name: string, description: string) =>
  Options.text(name).pipe(Options.withDescription(description), Options.repeated);

/** Limits a number; `problem` is the error of one beyond the bounds. */
export const between = (least: number, most: number, problem: string) =>
  Options.withSchema(Schema.Number.pipe(Schema.between(least, most, { message: () => problem })));

/** `--port`, which takes precedence over `EXECUTOR_PORT`. */
export const portOption = Options.integer("port").pipe(
  Options.withAlias("p"),
  between(1, 65_535, "A port is a number from 1 to 65535."),
  Options.withDescription("The daemon's port"),
  Options.withFallbackConfig(port),
);

/** Options of the commands that print what the daemon answers; `--json` prints the API's own shapes, for programs. */
export const terms = { json: flag("json", "Print JSON, in the API's shapes"), port: portOption };

/** `--toolkit`; `what` it limits. */
export const toolkitOption = (what: string) => optionalText("toolkit", `Only ${what} this toolkit`);

/** `--limit`, within the API's bounds. */
export const limitOption = (usual: number) =>
  Options.integer("limit").pipe(
    between(1, 1_000, "A limit is a number from 1 to 1000."),
    Options.withDescription(`How many at most; ${usual} unless given`),
    Options.withDefault(usual),
  );
