import { isObject, member, pointer, type Steps } from "@executor/plugin-kit";
import type { OpenApiDocument } from "../document/outline.ts";
import type { References } from "../document/references.ts";
import type { Operation } from "./operations.ts";

/** Tells of the webhooks, callbacks, links and `x-ms-paths` of a description, which become no tools: once for each kind, with their number. */
export function* tellUnused(
  document: OpenApiDocument,
  operations: ReadonlyArray<Operation>,
  { follow, warnings }: References,
): Steps<void> {
  const webhooks = member(document.root, "webhooks");
  const callbacks: Array<string> = [];
  const links: Array<string> = [];
  for (const { operation, place } of operations) {
    yield;
    callbacks.push(...placesIn(member(operation, "callbacks"), `${place}/callbacks`));
    const responses = member(operation, "responses");
    for (const [status, response] of Object.entries(isObject(responses) ? responses : {})) {
      const at = `${place}/responses${pointer(status, "links")}`;
      links.push(...placesIn(member(follow(response), "links"), at));
    }
  }
  const kinds = [
    {
      code: "ms_paths_not_used",
      found: placesIn(member(document.root, "x-ms-paths"), "/x-ms-paths"),
      what: "Paths under `x-ms-paths`",
    },
    { code: "webhooks_not_used", found: placesIn(webhooks, "/webhooks"), what: "Webhooks" },
    { code: "callbacks_not_used", found: callbacks, what: "Callbacks" },
    { code: "links_not_used", found: links, what: "Links" },
  ];
  for (const { code, found, what } of kinds) {
    const [first] = found;
    if (first === undefined) continue;
    warnings.warn(
      code,
      `${what} become no tools. The description has ${found.length}, of which this is the first.`,
      first,
    );
  }
}

const placesIn = (value: ReturnType<typeof member>, place: string): ReadonlyArray<string> =>
  Object.keys(isObject(value) ? value : {})
    .filter((key) => !key.startsWith("x-"))
    .map((key) => place + pointer(key));
