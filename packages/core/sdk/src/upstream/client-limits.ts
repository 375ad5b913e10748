import { Context } from "effect";

/**
 * Whether the app's HTTP client sends bodies with GET and HEAD. `fetch` refuses them by its specification; an app that has
 * another client for them provides `true`.
 */
export class ReadBodies extends Context.Reference<ReadBodies>()("@executor/sdk/ReadBodies", {
  defaultValue: () => false,
}) {}

/** Methods that the app's HTTP client cannot send, in capital letters; none unless the app provides them. */
export class UnsentMethods extends Context.Reference<UnsentMethods>()(
  "@executor/sdk/UnsentMethods",
  { defaultValue: (): ReadonlySet<string> => new Set() },
) {}
