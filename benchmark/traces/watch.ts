import { isMainThread } from "node:worker_threads";
import { watchEventLoop } from "../support/event-loop.ts";

/**
 * Preloaded by a daemon whose event loop is watched: every request at `BENCHMARK_WATCH_PORT` is answered with the milliseconds by
 * which timers came late since the request before.
 */
const serveDelays = (port: number): void => {
  let watch = watchEventLoop();
  Bun.serve({
    hostname: "127.0.0.1",
    port,
    fetch: () => {
      const late = watch.stop();
      watch = watchEventLoop();
      return Response.json(late);
    },
  });
};

if (isMainThread) serveDelays(Number(process.env["BENCHMARK_WATCH_PORT"]));
