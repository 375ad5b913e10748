import { Prompt } from "@effect/cli";
import { Config, Effect, Option, Redacted } from "effect";
import { CommandError } from "../../terminal/command-error.ts";
import { isInteractive } from "../../terminal/output.ts";
import { oneLine } from "../../terminal/printable.ts";
import type { ClientInput } from "./client-file.ts";
import { keyOf, type Placeholder, placeholderText } from "./placeholders.ts";

/** Values of placeholders, which are found once each: in the environment, or by asking where `mayAsk`. */
export class PlaceholderValues {
  readonly #values = new Map<string, string>();
  readonly #inputs: ReadonlyMap<string, ClientInput>;
  readonly #mayAsk: boolean;

  constructor(inputs: ReadonlyMap<string, ClientInput>, mayAsk: boolean) {
    this.#inputs = inputs;
    this.#mayAsk = mayAsk && isInteractive();
  }

  lookup = (placeholder: Placeholder): string | undefined => this.#values.get(keyOf(placeholder));

  /** Finds those values that can be found. */
  find(placeholders: ReadonlyArray<Placeholder>) {
    return Effect.forEach(
      placeholders,
      (placeholder) => {
        if (this.lookup(placeholder) !== undefined) return Effect.void;
        return Effect.map(this.#find(placeholder), (value) => {
          if (value !== undefined && value !== "") this.#values.set(keyOf(placeholder), value);
        });
      },
      { discard: true },
    );
  }

  #find(placeholder: Placeholder) {
    const { fallback, kind, name } = placeholder;
    const set =
      kind === "env" ? Effect.orDie(Config.option(Config.string(name))) : Effect.succeedNone;
    return Effect.flatMap(
      set,
      Option.match({
        onSome: (value) => Effect.succeed<string | undefined>(value),
        onNone: () =>
          this.#mayAsk && fallback === undefined
            ? this.#ask(placeholder)
            : Effect.succeed(fallback),
      }),
    );
  }

  #ask(placeholder: Placeholder) {
    const described = this.#inputs.get(placeholder.name)?.description;
    const what = placeholder.kind === "input" && described !== undefined ? ` (${described})` : "";
    return Prompt.hidden({ message: oneLine(`${placeholderText(placeholder)}${what}`) }).pipe(
      Effect.map(Redacted.value),
      Effect.mapError(() => new CommandError({ message: "The import was given up." })),
    );
  }
}
