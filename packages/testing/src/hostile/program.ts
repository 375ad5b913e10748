/** How a run may end, in words that the sandbox's outcomes and the API's executions have in common. */
export type Ending =
  | { readonly status: "completed"; readonly value: unknown }
  | { readonly status: "failed"; readonly name: string; readonly message: RegExp }
  | { readonly status: "timeout" | "out_of_memory" | "crash" };

export const gives = (value: unknown): Ending => ({ status: "completed", value });
export const fails = (name: string, message = /\S/): Ending => ({
  status: "failed",
  name,
  message,
});
export const timesOut: Ending = { status: "timeout" };
export const outOfMemory: Ending = { status: "out_of_memory" };
/** The sandbox's own stack ends before the engine's limit, which depends on the platform. */
export const crashes: Ending = { status: "crash" };

/** A program, its name, its code, and the endings that are right: several where the platform's speed or stack decides. */
export type Row = readonly [name: string, code: string, ...endings: readonly [Ending, ...Ending[]]];

export interface HostileProgram {
  readonly family: string;
  readonly name: string;
  readonly code: string;
  readonly endings: ReadonlyArray<Ending>;
  /** Limit of its wall time: short where it may end the program, and long enough for a busy machine where it may not. */
  readonly wallTimeMs: number;
}

export const family = (name: string, rows: ReadonlyArray<Row>): ReadonlyArray<HostileProgram> =>
  rows.map(([title, code, ...endings]) => ({
    family: name,
    name: title,
    code,
    endings,
    wallTimeMs: wallTimeFor(endings),
  }));

const wallTimeFor = (endings: ReadonlyArray<Ending>): number => {
  if (endings.every(({ status }) => status === "timeout")) return 500;
  return endings.some(({ status }) => status === "timeout") ? 2_000 : 30_000;
};

/** How a run ended. */
export interface Ended {
  readonly status: string;
  /** The returned value, parsed; or its text where it was cut. */
  readonly value?: unknown;
  readonly name?: string | undefined;
  readonly message?: string | undefined;
}

/** Whether a run ended as the program may. */
export const isRight = ({ endings }: HostileProgram, ended: Ended): boolean =>
  endings.some((ending) => {
    if (ending.status !== ended.status) return false;
    if (ending.status === "completed") {
      return JSON.stringify(ending.value) === JSON.stringify(ended.value);
    }
    if (ending.status !== "failed") return true;
    return ending.name === ended.name && ending.message.test(ended.message ?? "");
  });
