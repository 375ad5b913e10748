import { authAttempts } from "@executor/api";
import { Schema } from "effect";

const Counts = Schema.Array(
  Schema.Struct({
    surface: Schema.Literal("api", "mcp", "metrics"),
    outcome: Schema.String,
    count: Schema.Int,
  }),
);
const decode = Schema.decodeUnknownSync(Counts);

/** Counts, in the platform's object, what the Worker refused. */
export const countRefusals = async (request: Request): Promise<Response> => {
  for (const { count, outcome, surface } of decode(await request.json())) {
    authAttempts.add(count, { surface, outcome });
  }
  return new Response(null, { status: 204 });
};
