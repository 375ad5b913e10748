import { computing } from "./computing.ts";
import { errors } from "./errors.ts";
import { escapes } from "./escapes.ts";
import { memory } from "./memory.ts";
import { parsing } from "./parsing.ts";
import { results } from "./results.ts";
import { tampering } from "./tampering.ts";
import { bridge } from "./bridge.ts";

export { type Ended, type HostileProgram, isRight } from "./program.ts";
export { probe } from "./probe.ts";

/** The list of hostile programs: what each is, and how it must end wherever agent code runs. */
export const hostilePrograms = [
  escapes,
  bridge,
  tampering,
  memory,
  computing,
  results,
  parsing,
  errors,
].flat();
