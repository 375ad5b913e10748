import type { ContentItem } from "@executor/kernel";
import { isJsonObject, parseJson } from "@executor/sdk";
import type { Json, JsonObject, ResourceContents, SourceResource } from "@executor/sdk";
import { readBase64, typeOfBytes } from "./base64.ts";

/** Members that every block may have (MCP 2025-11-25, "Tool Result"). */
interface Annotated {
  readonly annotations?: Annotations;
}

interface Annotations {
  readonly audience?: Array<"user" | "assistant">;
  /** From 0 to 1. */
  readonly priority?: number;
  readonly lastModified?: string;
}

/** A content block as MCP's `CallToolResult` has it, with members that its schema allows and no others. */
export type ContentBlock = Annotated &
  (
    | { readonly type: "text"; readonly text: string }
    | { readonly type: "image" | "audio"; readonly data: string; readonly mimeType: string }
    | { readonly type: "resource"; readonly resource: ResourceContents }
    | ({ readonly type: "resource_link" } & Pick<
        SourceResource,
        "uri" | "name" | "title" | "description" | "mimeType" | "size"
      >)
  );

/**
 * The block that agent code gave, mended so that MCP's schema takes it: without null and unknown members, with base64 as RFC 4648
 * has it, and with the type that the bytes show where none is told. A file is an image, a sound or a resource. What cannot be
 * mended, or was too large, is a text that says so.
 */
export const contentBlock = ({ json, omittedBytes }: ContentItem): ContentBlock => {
  const given = parseJson(json);
  const block = isJsonObject(given) ? given : {};
  if (omittedBytes > 0) return text(leftOut(block, omittedBytes));
  const annotations = annotationsOf(block["annotations"]);
  const mended = mend(block);
  return annotations === undefined ? mended : { ...mended, annotations };
};

const text = (said: string): ContentBlock => ({ type: "text", text: said });

const mend = (block: JsonObject): ContentBlock => {
  switch (block["type"]) {
    case "text":
      return text(textOf(block["text"]) ?? "");
    case "image":
    case "audio":
    case "file":
      return mediaOf(block["type"], block);
    case "resource":
      return isJsonObject(block["resource"]) ? resourceOf(block["resource"]) : unknown(block);
    case "resource_link":
      return linkOf(block);
    default:
      return unknown(block);
  }
};

const mediaOf = (type: "image" | "audio" | "file", block: JsonObject): ContentBlock => {
  const data = readBase64(textOf(block["data"]) ?? "");
  const told = textOf(block["mimeType"])?.split(";", 1)[0]?.trim().toLowerCase();
  if (data === undefined) {
    return text(`(${article(type)} is left out: its data is not base64.)`);
  }
  const mimeType = told ?? typeOfBytes(data) ?? (type === "image" ? "image/png" : undefined);
  if (type !== "file") return { type, data, mimeType: mimeType ?? "application/octet-stream" };
  if (mimeType !== undefined && shownImages.has(mimeType)) return { type: "image", data, mimeType };
  if (mimeType?.startsWith("audio/") === true) return { type: "audio", data, mimeType };
  const name = textOf(block["name"]) ?? "file";
  const uri = `attachment:${encodeURIComponent(name.slice(0, maxNameChars).toWellFormed())}`;
  return { type: "resource", resource: withType({ uri, blob: data }, mimeType) };
};

/** Types of images that models take; another one that a tool did not declare as an image is a file. */
const shownImages: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
]);

const maxNameChars = 200;

const resourceOf = (resource: JsonObject): ContentBlock => {
  const uri = textOf(resource["uri"]) ?? "";
  const mimeType = textOf(resource["mimeType"]);
  const written = textOf(resource["text"]);
  if (written !== undefined) {
    return { type: "resource", resource: withType({ uri, text: written }, mimeType) };
  }
  const blob = readBase64(textOf(resource["blob"]) ?? "");
  return blob === undefined
    ? text(`(The resource ${uri} is left out: its data is not base64.)`)
    : { type: "resource", resource: withType({ uri, blob }, mimeType) };
};

const withType = <A extends object>(contents: A, mimeType: string | undefined) =>
  mimeType === undefined ? contents : { ...contents, mimeType };

const linkOf = (block: JsonObject): ContentBlock => {
  const { size } = block;
  const uri = textOf(block["uri"]) ?? "";
  const optional = (["title", "description", "mimeType"] as const).flatMap((key) => {
    const value = textOf(block[key]);
    return value === undefined ? [] : [[key, value] as const];
  });
  const named = textOf(block["name"]) ?? uri.split("/").at(-1);
  return {
    type: "resource_link",
    uri,
    name: named === undefined || named === "" ? uri : named,
    ...Object.fromEntries(optional),
    ...(typeof size === "number" && Number.isFinite(size) ? { size } : {}),
  };
};

/** A type that a later version of MCP may have. */
const unknown = (block: JsonObject): ContentBlock => text(JSON.stringify(block));

const annotationsOf = (given: Json | undefined): Annotations | undefined => {
  if (!isJsonObject(given)) return undefined;
  const { audience, lastModified, priority } = given;
  const roles = Array.isArray(audience) ? audience.filter(isRole) : [];
  const annotations = {
    ...(roles.length > 0 ? { audience: roles } : {}),
    ...(typeof priority === "number" && priority >= 0 && priority <= 1 ? { priority } : {}),
    ...(isTime(lastModified) ? { lastModified } : {}),
  };
  return Object.keys(annotations).length > 0 ? annotations : undefined;
};

const isRole = (role: Json): role is "user" | "assistant" =>
  role === "user" || role === "assistant";

const isTime = (value: Json | undefined): value is string =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)$/.test(value);

const textOf = (value: Json | undefined): string | undefined =>
  typeof value === "string" ? value : undefined;

const article = (type: string): string =>
  type === "image" ? "An image" : type === "audio" ? "A sound" : "A file";

const leftOut = (block: JsonObject, bytes: number): string => {
  const { mimeType, resource, type } = block;
  const told = textOf(mimeType) ?? (isJsonObject(resource) ? textOf(resource["mimeType"]) : "");
  const what = type === "resource" ? "A resource" : article(textOf(type) ?? "");
  const kind = told === undefined || told === "" ? "" : `${told}, `;
  return `(${what} of ${bytes} bytes is left out (${kind}too large for what one block, or all blocks of a run, may have). Ask the tool for a smaller or compressed one, or for a part of it.)`;
};
