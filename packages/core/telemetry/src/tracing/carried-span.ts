import { AsyncLocalStorage } from "node:async_hooks";
import type { ParentSpan } from "./span.ts";

const spans = new AsyncLocalStorage<ParentSpan>();

/** Runs a function, and the promises that it makes, with a span that {@link carriedSpan} finds: fibers end where promises begin. */
export const carrySpan = <A>(span: ParentSpan | undefined, run: () => A): A =>
  span === undefined ? run() : spans.run(span, run);

/** The span that was carried here through promises; `undefined` for none. */
export const carriedSpan = (): ParentSpan | undefined => spans.getStore();
