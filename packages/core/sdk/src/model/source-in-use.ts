import { Context } from "effect";

/**
 * Label in place of a namespace that no source has, so that names which clients type make no series. OpenTelemetry's HTTP
 * conventions use the same.
 */
export const unknownSource = "_OTHER";

/** Namespace of the source whose description is being read, for the measurements of its requests. */
export class SourceInUse extends Context.Reference<SourceInUse>()("@executor/sdk/SourceInUse", {
  defaultValue: (): string => unknownSource,
}) {}
