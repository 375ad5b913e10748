import { Context, Effect, Either, Layer, Schema } from "effect";
import { ToolCatalogue } from "./tool-catalogue.ts";
import { shorten } from "../model/shorten.ts";
import { InvalidCursor, type Tool, ToolNotFound, type ToolSummary } from "../model/tool.ts";

export interface ToolQuery {
  /** Words to search for; absent or empty lists all tools by address. */
  readonly query?: string | undefined;
  readonly namespace?: string | undefined;
  /** The tools that wait for the operator's review, in place of those that can be called. */
  readonly pending?: boolean | undefined;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string | undefined;
}

export interface ToolPage {
  readonly items: ReadonlyArray<ToolSummary>;
  /** `null` on the last page. */
  readonly nextCursor: string | null;
}

/** The tools of all sources, as far as they are in the current scope. */
export class Tools extends Context.Tag("@executor/sdk/Tools")<
  Tools,
  {
    readonly list: (query: ToolQuery) => Effect.Effect<ToolPage, InvalidCursor>;
    readonly get: (address: string) => Effect.Effect<Tool, ToolNotFound>;
    /** Addresses of the tools that can be called, in order, one a line: the first 5,000. */
    readonly names: Effect.Effect<string>;
  }
>() {
  static readonly layer = Layer.effect(
    Tools,
    Effect.gen(function* () {
      const catalogue = yield* ToolCatalogue;

      const page = (items: ReadonlyArray<ToolSummary>, limit: number, next: () => Cursor) =>
        items.length <= limit
          ? { items, nextCursor: null }
          : { items: items.slice(0, limit), nextCursor: encodeCursor(next()) };

      const list = Effect.fn("Tools.list")(function* (query: ToolQuery) {
        const { namespace, pending, limit } = query;
        const cursor = query.cursor === undefined ? undefined : yield* decodeCursor(query.cursor);
        const text = query.query?.trim() ?? "";
        if (text === "") {
          const after = cursor !== undefined && "after" in cursor ? cursor.after : "";
          const items = yield* catalogue.page({ namespace, pending, after, limit: limit + 1 });
          return page(items, limit, () => ({ after: items[limit - 1]?.address ?? "" }));
        }
        const offset = cursor !== undefined && "offset" in cursor ? cursor.offset : 0;
        const items = yield* catalogue.search({
          query: text,
          namespace,
          pending,
          offset,
          limit: limit + 1,
        });
        return page(items, limit, () => ({ offset: offset + limit }));
      });

      const get = Effect.fn("Tools.get")(function* (address: string) {
        const found = yield* catalogue.find(address);
        if (found !== undefined) return found.tool;
        const similar = yield* catalogue.search({ query: address, offset: 0, limit: 3 });
        return yield* new ToolNotFound({ message: notFoundMessage(address, similar) });
      });

      return { list, get, names: catalogue.names };
    }),
  );
}

const maxShownAddress = 200;

const notFoundMessage = (address: string, similar: ReadonlyArray<ToolSummary>): string => {
  const shown = shorten(address, maxShownAddress);
  const hint =
    similar.length === 0
      ? "Search for one by what it does."
      : `Similar: ${similar.map((tool) => tool.address).join(", ")}.`;
  return `There is no tool ${shown}. ${hint}`;
};

const Cursor = Schema.parseJson(
  Schema.Union(
    Schema.Struct({ after: Schema.String }),
    Schema.Struct({ offset: Schema.NonNegativeInt }),
  ),
);

/** Start of the next page: after an address in a list, at an offset in a search. Opaque to clients. */
type Cursor = typeof Cursor.Type;

const decode = Schema.decodeEither(Schema.compose(Schema.StringFromBase64Url, Cursor));
const encodeCursor = Schema.encodeSync(Schema.compose(Schema.StringFromBase64Url, Cursor));

const decodeCursor = (text: string): Either.Either<Cursor, InvalidCursor> =>
  Either.mapLeft(
    decode(text),
    () =>
      new InvalidCursor({
        message:
          "The cursor does not come from a page of tools. Leave it out to begin at the first page.",
      }),
  );
