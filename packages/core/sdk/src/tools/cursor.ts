import { Either, Schema } from "effect";
import { InvalidCursor } from "../model/tools-errors.ts";

const Cursor = Schema.parseJson(
  Schema.Union(
    Schema.Struct({ after: Schema.String }),
    Schema.Struct({ offset: Schema.NonNegativeInt }),
  ),
);

/** Where the next page begins: after an address in a listing, at an offset in a search. Opaque to clients. */
export type Cursor = typeof Cursor.Type;

const decode = Schema.decodeEither(Schema.compose(Schema.StringFromBase64Url, Cursor));
const encode = Schema.encodeSync(Schema.compose(Schema.StringFromBase64Url, Cursor));

export const encodeCursor = (cursor: Cursor): string => encode(cursor);

export const decodeCursor = (text: string): Either.Either<Cursor, InvalidCursor> =>
  Either.mapLeft(
    decode(text),
    () =>
      new InvalidCursor({
        message:
          "The cursor is not one that a page of tools gave. Leave it out to begin at the first page.",
      }),
  );
