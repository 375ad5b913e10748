import { DateTime, Effect } from "effect";
import { shorten } from "../model/shorten.ts";
import { type SourceReview, ToolNotPending } from "../model/source-review.ts";
import type { SourceChanges } from "./source-changes.ts";

/** Addresses that an error names. */
const maxNamed = 5;

/** Lets tools be called that wait for a review and are as they were shown. Approves all that are named, or none. */
export const makeReviewSource = ({ commit, find, record, tools }: SourceChanges) =>
  Effect.fn("Sources.review")(function* (namespace: string, review: SourceReview) {
    const stored = yield* find(namespace);
    yield* commit(
      Effect.gen(function* () {
        const named = review.tools ?? [];
        const chosen = review.all === true ? "all" : named;
        const approved = new Set(
          yield* tools.approve(stored.namespace, chosen, review.refreshedAt),
        );
        const others = named.filter((address) => !approved.has(address));
        if (others.length > 0) return yield* notPending(namespace, review, others);
      }),
    );
    const after = yield* find(namespace);
    yield* record(after);
    return after;
  });

const notPending = (
  namespace: string,
  { refreshedAt }: SourceReview,
  addresses: ReadonlyArray<string>,
) => {
  const more = addresses.length > maxNamed ? ` and ${addresses.length - maxNamed} more` : "";
  return new ToolNotPending({
    message: `These tools do not wait for a review as they were at ${DateTime.formatIso(refreshedAt)}: ${addresses
      .slice(0, maxNamed)
      .map((address) => shorten(address, maxAddressChars))
      .join(
        ", ",
      )}${more}. GET /api/tools?namespace=${namespace}&pending=true and executor sources review ${namespace} list those that do, as they are now.`,
  });
};

const maxAddressChars = 200;
