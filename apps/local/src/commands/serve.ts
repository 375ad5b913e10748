import { Command } from "@effect/cli";
import { Effect } from "effect";
import { endsWhenTold } from "../terminal/command-error.ts";
import { portOption } from "./options.ts";

export const serveCommand = Command.make("serve", { port: portOption }, ({ port }) =>
  // The other commands start faster without what serves.
  Effect.flatMap(
    Effect.promise(() => import("../server/serve.ts")),
    ({ serve }) => endsWhenTold(serve(port)),
  ),
).pipe(Command.withDescription("Run the daemon on this machine"));
