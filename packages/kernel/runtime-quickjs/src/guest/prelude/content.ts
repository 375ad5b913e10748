/**
 * What leaves the sandbox for the model: values as JSON, and the content blocks in them (MCP, `CallToolResult`), which leave one by
 * one, with a short text in their place. A block that is too large leaves without its data.
 */
export const content = String.raw`
const maxBlocks = 200;
const minImageChars = 256;
let maxBlockBytes = 0;
let contentBytesLeft = 0;
let contentCharsLeft = 0;
let blockCount = 0;
const sentBlocks = new Native.WeakMap();
const contentsOf = new Native.WeakMap();

const put = (list, item) => defineProperty(list, list.length,
  { __proto__: null, value: item, writable: true, enumerable: true, configurable: true });
const own = (value, key) => hasOwn(value, key) ? value[key] : undefined;
const isObject = (value) => value !== null && typeof value === "object";
const isText = (value) => typeof value === "string";
const base64Start = /^[A-Za-z0-9+/_=\s-]+$/;
const dataUrl = /^data:([\w.+-]+\/[\w.+-]+)[^,]{0,100};base64,/;
// The first bytes of PNG, JPEG, GIF and RIFF files in base64; what RIFF holds follows.
const imageStart = /^(?:iVBORw0KGgo|\/9j\/|R0lGODlh|R0lGODdh|UklGR.{6}XRUJQ)/;
const imageType = (base64) => {
  if (!isText(base64) || base64.length < minImageChars) return undefined;
  const found = apply(exec, imageStart, [cut(base64, 40)]);
  if (found === null) return undefined;
  const first = found[0][0];
  return first === "i" ? "image/png" : first === "/" ? "image/jpeg" : first === "R" ? "image/gif" : "image/webp";
};
const isBase64 = (value) => isText(value) && apply(exec, base64Start, [cut(value, 64)]) !== null;
const bytesOf = (base64) => {
  const { length } = base64;
  const padding = base64[length - 1] !== "=" ? 0 : base64[length - 2] === "=" ? 2 : 1;
  return ((length * 3) >>> 2) - padding;
};

// The block that a value is, or undefined; kind 2 has bytes, kind 1 only text. Looks at own properties: code may change prototypes.
const blockOf = (value) => {
  if (isText(value)) return blockOfText(value);
  if (!isObject(value) || isArray(value)) return undefined;
  const type = own(value, "type");
  if (type === "text" && isText(own(value, "text"))) return { __proto__: null, kind: 1, block: value };
  if (type === "resource_link" && isText(own(value, "uri"))) return { __proto__: null, kind: 1, block: value };
  if (type === "image" || type === "audio") {
    const data = own(value, "data");
    const isWhole = isText(own(value, "mimeType")) ? isBase64(data) : imageType(data) !== undefined;
    return isWhole ? { __proto__: null, kind: 2, block: value } : undefined;
  }
  if (type === "resource") {
    const resource = own(value, "resource");
    if (!isObject(resource) || !isText(own(resource, "uri"))) return undefined;
    if (isText(own(resource, "blob"))) return { __proto__: null, kind: 2, block: value };
    return isText(own(resource, "text")) ? { __proto__: null, kind: 1, block: value } : undefined;
  }
  const base64 = own(value, "base64");
  const mimeType = base64 === undefined ? undefined : own(value, "contentType");
  return isText(mimeType) && isBase64(base64) ? file(mimeType, base64, own(value, "filename")) : undefined;
};
const file = (mimeType, data, name) => ({ __proto__: null, kind: 2, block: { __proto__: null, type: "file", data, mimeType, name } });
const blockOfText = (value) => {
  if (value.length < minImageChars) return undefined;
  const found = apply(exec, dataUrl, [cut(value, 200)]);
  if (found !== null) return file(found[1], apply(slice, value, [found[0].length]));
  const type = imageType(value);
  return type === undefined ? undefined : file(type, value);
};
const blocksOf = (value) => {
  if (!isArray(value) || value.length === 0 || value.length > maxBlocks) return undefined;
  let hasMore = false;
  for (let at = 0; at < value.length; at++) {
    const found = isObject(value[at]) ? blockOf(value[at]) : undefined;
    if (found === undefined) return undefined;
    hasMore ||= own(found.block, "type") !== "text";
  }
  return hasMore ? value : undefined;
};

const label = (block, bytes) => {
  const type = block.type;
  if (bytes === undefined) return type === "text" ? "text" : text(type);
  const mimeType = type === "resource" ? block.resource.mimeType : block.mimeType;
  return (isText(mimeType) ? cut(mimeType, 100) : text(type)) + ", " + bytes + " bytes";
};
const labelOf = (found) => "[" + label(found.block, found.kind === 2 ? bytesOf(dataOf(found.block)) : undefined) + "]";
const dataOf = (block) => block.type === "resource" ? block.resource.blob : block.data;
const withData = (block, data) => block.type === "resource"
  ? { __proto__: null, ...block, resource: { __proto__: null, ...block.resource, blob: data } }
  : { __proto__: null, ...block, data };
const leave = (block, bytes) => hostEmit(stringify(block, shortBlock), bytes);
const shortBlock = (_, item) => typeof item === "bigint" ? text(item) : item;
const leaveText = (value) => leave({ __proto__: null, type: "text", text: value }, 0);

// Sends one block to the host. Returns its place among all, as the text that stands where it was found.
const sendBlock = ({ kind, block }) => {
  if (blockCount >= maxBlocks) {
    if (blockCount === maxBlocks) leaveText("(Further blocks are left out: a run may give " + maxBlocks + ".)");
    blockCount = maxBlocks + 1;
    return "[left out]";
  }
  const place = "[block " + ++blockCount + ": ";
  if (kind === 1 && block.type === "text") {
    const given = block.text;
    const shown = cut(given, contentCharsLeft);
    contentCharsLeft -= shown.length;
    leave({ __proto__: null, ...block, text: shown.length === given.length ? given
      : shown + "\n(cut after " + shown.length + " of " + given.length + " characters)" }, 0);
    return place + "text]";
  }
  const data = kind === 2 ? dataOf(block) : "";
  const bytes = kind === 2 ? bytesOf(data) : 0;
  const bare = kind === 2 ? withData(block, "") : block;
  const chars = stringify(bare, shortBlock).length;
  const isTooLong = chars > contentCharsLeft;
  if (isTooLong || bytes > maxBlockBytes || bytes > contentBytesLeft) {
    if (isTooLong) leaveText("(A block is left out: it has " + chars + " characters of text, and " + contentCharsLeft + " are left.)");
    else leave(bare, bytes);
    return place + label(block, kind === 2 ? bytes : undefined) + ", left out]";
  }
  contentCharsLeft -= chars;
  contentBytesLeft -= bytes;
  leave(block, 0);
  return place + label(block, kind === 2 ? bytes : undefined) + "]";
};
const sendAgain = (value, found) => {
  const place = sendBlock(found);
  if (isObject(value)) apply(weakSet, sentBlocks, [value, place]);
  return place;
};
const sendOnce = (value, found) => (isObject(value) ? apply(weakGet, sentBlocks, [value]) : undefined) ?? sendAgain(value, found);
// Gives the blocks of a list; for one that is none, a text that tells of it: base64 may be in it.
const forEachBlock = (list, take) => {
  for (let at = 0; at < list.length; at++) take(list[at], blockOf(list[at]) ?? unknownBlock(list[at]));
};
const unknownBlock = (value) => {
  const type = isObject(value) ? own(value, "type") : undefined;
  return { __proto__: null, kind: 1, block: { __proto__: null, type: "text",
    text: "(A block" + (isText(type) ? " of the type " + cut(type, 40) : "") + " is left out: it has no form that MCP knows. The result's content has it.)" } };
};
const sendAll = (blocks) => {
  let places = "";
  forEachBlock(blocks, (value, found) => { places += (places === "" ? "" : " ") + sendOnce(value, found); });
  return places;
};
// The blocks of a tool's result that are more than its data.
const contentOf = (value) => isObject(value) ? apply(weakGet, contentsOf, [value]) : undefined;
const remember = (value, blocks) => {
  if (!isObject(value)) return;
  apply(weakSet, contentsOf, [value, blocks]);
  if (!hasOwn(value, "content")) {
    defineProperty(value, "content", { __proto__: null, value: blocks, writable: true, enumerable: false, configurable: true });
  }
};
`;
