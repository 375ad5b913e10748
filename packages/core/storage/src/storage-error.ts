import { Schema } from "effect";

/** The database cannot be used. The message is for the operator: what is wrong, and what to do. */
export class StorageError extends Schema.TaggedError<StorageError>()("StorageError", {
  message: Schema.String,
}) {}
