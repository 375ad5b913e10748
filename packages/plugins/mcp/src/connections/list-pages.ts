import type { Json } from "@executor/sdk";
import { isArray, member, text } from "@executor/plugin-kit";
import { Effect } from "effect";
import { McpFailure } from "../failures.ts";
import type { Connection } from "./connection.ts";

const maxItems = 5_000;
const maxPages = 200;
const maxChars = 32 * 1024 * 1024;

/** A list of MCP, by the method that gives it and the member of the result that holds it. */
export interface PagedList {
  readonly method: string;
  readonly name: string;
}

/** Every item of a list, page by page. Fails for one without an end, or that is too long. */
export const listPages = (
  connection: Connection,
  { method, name }: PagedList,
  timeoutMs: number,
): Effect.Effect<ReadonlyArray<Json>, McpFailure> =>
  Effect.gen(function* () {
    const items: Array<Json> = [];
    const cursors = new Set<string | undefined>();
    let chars = 0;
    let cursor: string | undefined;
    do {
      if (cursors.has(cursor) || cursors.size >= maxPages) return yield* endless(name);
      cursors.add(cursor);
      const params = cursor === undefined ? {} : { cursor };
      const result = yield* connection.request({ method, params }, timeoutMs);
      const page = member(result, name);
      if (!isArray(page)) return yield* notAList(method, name);
      chars += JSON.stringify(page).length;
      if (items.length + page.length > maxItems || chars > maxChars) return yield* tooLong(name);
      for (const item of page) items.push(item);
      cursor = text(member(result, "nextCursor"));
    } while (cursor !== undefined);
    return items;
  });

const endless = (name: string) =>
  new McpFailure({
    reason: "invalid_response",
    message: `The MCP server's list of ${name} has more than ${maxPages} pages, or leads back to a page that was read. Correct the server.`,
  });

const notAList = (method: string, name: string) =>
  new McpFailure({
    reason: "invalid_response",
    message: `The MCP server answered ${method} without a list, as \`${name}\`. Correct the server, or check that the URL or command is that of an MCP server.`,
  });

const tooLong = (name: string) =>
  new McpFailure({
    reason: "response_too_large",
    message: `The MCP server lists more than ${maxItems} ${name}, or more than ${maxChars / 1024 / 1024} MiB of them. Use a server with fewer.`,
  });
