import { RE2JS } from "re2js";
import type { Budget } from "./budget.ts";
import { translatePattern } from "./pattern-syntax.ts";

/** Instructions of a program. `(a?){500}` has 2,000. */
const maxProgram = 2_000;

/** Patterns that stay compiled, and the sum of their lengths and programs. */
const maxKept = 1_000;
const maxKeptSize = 200_000;

interface Program {
  readonly expression: RE2JS;
  /** Fiftieths of a step for each character of a text. */
  readonly steps: number;
}

interface Kept {
  /** `undefined` for a pattern that cannot be matched in linear time. */
  readonly program: Program | undefined;
  readonly size: number;
}

const kept = new Map<string, Kept>();
let keptSize = 0;

/**
 * Whether a part of the text matches, in steps in proportion to the text's length; `undefined` for a pattern that is
 * not supported.
 */
export const matches = (pattern: string, text: string, budget: Budget): boolean | undefined => {
  const program = programOf(pattern, budget);
  if (program === undefined) return undefined;
  budget.take(1 + Math.ceil((text.length * program.steps) / 50));
  const result = program.expression.test(text);
  program.expression.reset();
  return result;
};

const programOf = (pattern: string, budget: Budget): Program | undefined => {
  const known = kept.get(pattern);
  if (known !== undefined) {
    kept.delete(pattern);
    kept.set(pattern, known);
    return known.program;
  }
  const properties = pattern.split(/\\p/i).length - 1;
  budget.take(200 + pattern.length * 20 + properties * 500);
  const program = compile(pattern);
  const size = pattern.length + properties * 100 + (program?.steps ?? 0);
  kept.set(pattern, { program, size });
  keptSize += size;
  for (const [oldest, { size: freed }] of kept) {
    if (kept.size <= maxKept && keptSize <= maxKeptSize) break;
    kept.delete(oldest);
    keptSize -= freed;
  }
  return program;
};

const compile = (pattern: string): Program | undefined => {
  const translated = translatePattern(pattern);
  // RE2 writes repeats out before it counts.
  if (translated === undefined || translated.size > maxProgram * 2) return undefined;
  try {
    const expression = RE2JS.compile(translated.text);
    if (expression.programSize() > maxProgram) return undefined;
    return { expression, steps: limited(expression) };
  } catch {
    return undefined;
  }
};

/**
 * Bytes of states that the automaton of a pattern may keep. It makes them from the texts it reads, up to 8 MiB by itself; with
 * less it soon goes over to a simulation, which needs none and is faster for texts that always lead to new states.
 */
const maxStates = 65_536;

/** Whether the next character always says which instruction follows. RE2JS then needs no automaton. */
const leavesNoChoice = ({ onepass }: { readonly onepass: object | null }): boolean =>
  onepass !== null;

/** Prepares the matching, and gives the most work that it needs for a character of a text. */
const limited = (expression: RE2JS): number => {
  const size = expression.programSize();
  const program = expression.re2();
  if (leavesNoChoice(program)) return Math.min(size, 5);
  const { dfa } = program;
  dfa.stateBudget = maxStates;
  dfa.memBudget = maxStates;
  return size + Math.ceil(dfa.numClasses / 16);
};
