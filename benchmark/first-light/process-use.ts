import { readFileSync } from "node:fs";

/** Ticks of /proc's CPU times in a second: 100 on every Linux that Bun runs on. */
const ticksPerSecond = 100;

const statusBytes = (pid: number | "self", field: string): number => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const kibibytes = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1];
  if (kibibytes === undefined) throw new Error(`/proc/${pid}/status holds no ${field}.`);
  return Number(kibibytes) * 1024;
};

/** Bytes of the process's resident set now. */
export const residentBytes = (pid: number | "self"): number => statusBytes(pid, "VmRSS");

/** Bytes of the largest resident set so far. */
export const peakBytes = (pid: number | "self"): number => statusBytes(pid, "VmHWM");

/** Milliseconds of CPU that all threads of the process have used: says less about the machine's other work than wall time. */
export const cpuMillis = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field, the program's name, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
};
