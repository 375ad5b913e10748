import { Effect } from "effect";
import { errorCodes, JsonRpcError } from "../json-rpc.ts";

/** Members of one page of a list, and the characters of their JSON texts; a page has one member at least. */
const maxMembers = 500;
const maxChars = 250_000;

/** A page of a list, and the cursor of the next one if there is one. */
export interface Page<A> {
  readonly members: Array<A>;
  readonly nextCursor?: string;
}

/** The page that a cursor names, which is the offset of its first member; the first page without one. */
export const pageOf = <A>(
  all: ReadonlyArray<A>,
  cursor: string | undefined,
): Effect.Effect<Page<A>, JsonRpcError> => {
  if (cursor !== undefined && !/^[1-9]\d{0,7}$/.test(cursor)) return unknownCursor;
  const start = Number(cursor ?? 0);
  const members: Array<A> = [];
  let chars = 0;
  for (const member of all.slice(start, start + maxMembers)) {
    chars += JSON.stringify(member).length;
    if (chars > maxChars && members.length > 0) break;
    members.push(member);
  }
  const next = start + members.length;
  return Effect.succeed(next < all.length ? { members, nextCursor: String(next) } : { members });
};

const unknownCursor = Effect.fail(
  new JsonRpcError(
    errorCodes.invalidParams,
    "The cursor is none of this list's. Leave it out to get the first page.",
  ),
);
