import { Schema } from "effect";
import { SourceDetails } from "./source.ts";
import { ToolAddress } from "./tool.ts";

/** Addresses that each list of {@link ToolChanges} has at most. */
export const maxChangesListed = 100;

const Addresses = Schema.Array(ToolAddress);

/** What a reading of a source's description changed of its tools: the first 100 addresses of each kind, and how many there are. */
export const ToolChanges = Schema.Struct({
  added: Addresses,
  removed: Addresses,
  /** Tools with another description, input, output or effect, or that are called in another way. */
  changed: Addresses,
  counts: Schema.Struct({ added: Schema.Int, removed: Schema.Int, changed: Schema.Int }),
}).annotations({ identifier: "ToolChanges" });
export type ToolChanges = typeof ToolChanges.Type;

/** A source after its description was read again, or might have been. */
export class RefreshedSource extends SourceDetails.extend<RefreshedSource>("RefreshedSource")({
  /** What that changed of its tools; `null` where an edit did not need the description. */
  changes: Schema.NullOr(ToolChanges),
}) {}
