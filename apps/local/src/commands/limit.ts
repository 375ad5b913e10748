import { Options } from "@effect/cli";
import { Schema } from "effect";

const most = 1_000;

const Limit = Schema.Int.pipe(
  Schema.between(1, most, { message: () => `A limit is a number from 1 to ${most}.` }),
);

/** `--limit`, as the API allows it. */
export const limitOption = (usual: number) =>
  Options.integer("limit").pipe(
    Options.withSchema(Limit),
    Options.withDescription(`How many at most; ${usual} unless given`),
    Options.withDefault(usual),
  );
