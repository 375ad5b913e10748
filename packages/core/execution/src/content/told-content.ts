import type { ContentItem } from "@executor/kernel";
import { isJsonObject, type Json } from "@executor/sdk";
import type { ExecutionContent } from "../schemas.ts";
import { bytesIn } from "./base64.ts";
import { type ContentBlock, contentBlock } from "./content-block.ts";

/** Blocks as agent code gave them, mended. */
export const contentBlocks = (items: ReadonlyArray<ContentItem>): ReadonlyArray<ContentBlock> =>
  items.map(contentBlock);

const encoder = new TextEncoder();
const utf8Bytes = (text: string): number => encoder.encode(text).byteLength;

/** What the history tells of a block: kind and size, and the text of one that is text. */
export const toldContent = (block: ContentBlock): ExecutionContent => {
  const { type } = block;
  switch (type) {
    case "text":
      return { type, text: block.text, bytes: utf8Bytes(block.text) };
    case "image":
    case "audio":
      return { type, mimeType: block.mimeType, bytes: bytesIn(block.data) };
    case "resource": {
      const { resource } = block;
      const bytes = "blob" in resource ? bytesIn(resource.blob) : utf8Bytes(resource.text);
      return { type, uri: resource.uri, ...mimeTypeOf(resource), bytes };
    }
    case "resource_link":
      return { type, uri: block.uri, ...mimeTypeOf(block), bytes: 0 };
  }
};

const mimeTypeOf = ({ mimeType }: { readonly mimeType?: string }) =>
  mimeType === undefined ? {} : { mimeType };

/** A tool's result without the bytes of images and files, which are no text to anyone. */
export const withoutBytes = (data: Json): Json => {
  if (!isList(data)) return isBinary(data) ? bare(data) : data;
  return data.some(isBinary) ? data.map(bare) : data;
};

const isList = (value: Json): value is ReadonlyArray<Json> => Array.isArray(value);

const byteMembers = ["data", "blob", "base64"];

const isBinary = (value: Json): boolean =>
  isJsonObject(value) &&
  (((value["type"] === "image" || value["type"] === "audio") &&
    typeof value["data"] === "string") ||
    (value["type"] === "resource" &&
      isJsonObject(value["resource"]) &&
      typeof value["resource"]["blob"] === "string") ||
    (typeof value["base64"] === "string" && typeof value["contentType"] === "string"));

const bare = (value: Json): Json => {
  if (!isBinary(value) || !isJsonObject(value)) return value;
  const { resource } = value;
  const rest = Object.fromEntries(
    Object.entries(value).filter(([key]) => !byteMembers.includes(key)),
  );
  return isJsonObject(resource) ? { ...rest, resource: { uri: resource["uri"] ?? "" } } : rest;
};
