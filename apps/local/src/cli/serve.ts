import { Command } from "@effect/cli";
import { Effect } from "effect";
import { portOption } from "./port.ts";

export const serveCommand = Command.make("serve", { port: portOption }, ({ port }) =>
  // The other commands start faster without what serves.
  Effect.flatMap(
    Effect.promise(() => import("../server/serve.ts")),
    ({ serve }) => serve(port),
  ),
).pipe(Command.withDescription("Run the daemon on this machine"));
