import {
  type Ended,
  type HostileProgram,
  hostilePrograms,
  isRight,
  probe,
} from "@executor/testing/hostile";

/** An execution as the API gives it, as far as its end is concerned. */
export interface EndedExecution {
  readonly status: string;
  readonly output: { readonly value: unknown } | null;
  readonly error: { readonly name?: string; readonly message: string } | null;
}

/** Runs code with a limit of its own and waits for its end. */
export type Execute = (code: string, timeoutMs: number) => Promise<EndedExecution>;

const endOf = ({ error, output, status }: EndedExecution): Ended => ({
  status: error?.name === "SandboxCrash" ? "crash" : status,
  value: output?.value,
  name: error?.name,
  message: error?.message,
});

/** What the probe sees. */
export const fingerprint = async (execute: Execute): Promise<string> =>
  JSON.stringify(endOf(await execute(probe, 60_000)));

export interface ListReport {
  /** How many ended in each way; a crash is told apart from a failure. */
  readonly ends: ReadonlyMap<string, number>;
  /** What ended as it may not, one sentence each. */
  readonly wrongs: ReadonlyArray<string>;
}

/** Runs the whole list, `atOnce` programs at a time, and a probe after every tenth. */
export const runList = async (
  execute: Execute,
  atOnce: number,
  programs: ReadonlyArray<HostileProgram> = hostilePrograms,
): Promise<ListReport> => {
  const clean = await fingerprint(execute);
  const ends = new Map<string, number>([["completed", 1]]);
  const wrongs: Array<string> = [];
  const count = (status: string) => ends.set(status, (ends.get(status) ?? 0) + 1);
  const queue = programs.slice();
  const lane = async () => {
    for (let program = queue.shift(); program !== undefined; program = queue.shift()) {
      const ended = endOf(await execute(program.code, program.wallTimeMs));
      count(ended.status);
      const name = `${program.family}: ${program.name}`;
      if (!isRight(program, ended)) {
        wrongs.push(`${name}: ended ${JSON.stringify(ended).slice(0, 500)}`);
      }
      if (queue.length % 10 !== 0) continue;
      const after = await fingerprint(execute);
      count("completed");
      if (after !== clean) wrongs.push(`${name}: the next run saw ${after.slice(0, 500)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  return { ends, wrongs };
};
