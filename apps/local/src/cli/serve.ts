import { Command } from "@effect/cli";
import { serve } from "../server/serve.ts";
import { portOption } from "./port.ts";

export const serveCommand = Command.make("serve", { port: portOption }, ({ port }) =>
  serve(port),
).pipe(Command.withDescription("Run the daemon on this machine"));
