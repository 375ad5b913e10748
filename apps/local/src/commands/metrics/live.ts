import { Terminal } from "@effect/platform";
import { Effect } from "effect";
import { cut } from "../../terminal/table.ts";
import { drawView } from "./draw.ts";
import { makeView, type Reading } from "./view.ts";

const escape = "\u001b[";
/** Switches to the terminal's second screen and hides the cursor; `leave` shows the first screen and the cursor. */
const enter = `${escape}?1049h${escape}?25l`;
const leave = `${escape}?25h${escape}?1049l`;
const home = `${escape}H`;
const clearLine = `${escape}K`;
const clearBelow = `${escape}J`;

export interface LiveOptions {
  readonly intervalSeconds: number;
  readonly top: number;
  /** The daemon's port, for the title. */
  readonly port: number;
}

/** Shows one reading after another until the person presses q or Ctrl-C, then restores the terminal. */
export const live = <E extends Error, R>(
  read: Effect.Effect<Reading, E, R>,
  { intervalSeconds, top, port }: LiveOptions,
) =>
  Effect.gen(function* () {
    const terminal = yield* Terminal.Terminal;
    // A failure of the first reading is reported before the screen changes.
    let last = yield* read;
    let view = makeView(last, undefined);
    let problem: string | undefined;
    yield* Effect.acquireRelease(terminal.display(enter), () =>
      Effect.orDie(terminal.display(leave)),
    );
    const keys = yield* terminal.readInput;

    const draw = Effect.gen(function* () {
      const width = yield* terminal.columns;
      const rows = yield* terminal.rows;
      const title = `Executor on port ${port}, ${view.at}, every ${intervalSeconds} s, q quits`;
      const lines = [
        problem === undefined ? title : `${problem} (trying again; these are the last numbers)`,
        "",
        ...drawView(view, { width, top, height: rows - 2 }).split("\n"),
      ].slice(0, rows);
      const shown = lines.map((line) => clearLine + cut(line, width)).join("\r\n");
      yield* terminal.display(home + shown + clearBelow);
    });

    const next = Effect.match(read, {
      onFailure: ({ message }) => {
        problem = message;
      },
      onSuccess: (reading) => {
        problem = undefined;
        view = makeView(reading, last);
        last = reading;
      },
    });

    const forever = draw.pipe(
      Effect.zipRight(Effect.sleep(`${intervalSeconds} seconds`)),
      Effect.zipRight(next),
      Effect.forever,
    );
    /** Ends on q, and on Ctrl-C, which ends the stream of keys. */
    const quit = Effect.repeat(keys.take, {
      until: ({ input }) => input._tag === "Some" && input.value === "q",
    }).pipe(Effect.catchTag("NoSuchElementException", () => Effect.void));
    yield* Effect.raceFirst(forever, quit);
  }).pipe(Effect.scoped);
