import { describe, expect, it } from "@effect/vitest";
import { contentBlock } from "../src/content/content-block.ts";
import { toldContent, withoutBytes } from "../src/content/told-content.ts";

const block = (given: unknown, omittedBytes = 0) =>
  contentBlock({ json: JSON.stringify(given), omittedBytes });

describe("contentBlock", () => {
  it.each<[string, unknown, unknown]>([
    [
      "leaves a whole image as it is",
      {
        type: "image",
        data: "AAEC",
        mimeType: "image/png",
        annotations: { audience: ["user"], priority: 0.5 },
      },
      {
        type: "image",
        data: "AAEC",
        mimeType: "image/png",
        annotations: { audience: ["user"], priority: 0.5 },
      },
    ],
    [
      "drops nulls, unknown members and annotations that are none",
      {
        type: "text",
        text: "a",
        annotations: { audience: null, priority: 7, lastModified: "soon" },
        _meta: null,
        x: 1,
      },
      { type: "text", text: "a" },
    ],
    [
      "reads base64 for URLs without padding",
      { type: "audio", data: "_-8", mimeType: "audio/wav" },
      { type: "audio", data: "/+8=", mimeType: "audio/wav" },
    ],
    [
      "reads base64 in lines and with a URL's head",
      { type: "image", data: "data:image/png;base64,AA\nEC\n", mimeType: "image/png" },
      { type: "image", data: "AAEC", mimeType: "image/png" },
    ],
    [
      "finds a type that is missing",
      { type: "image", data: "/9j/AAAA" },
      { type: "image", data: "/9j/AAAA", mimeType: "image/jpeg" },
    ],
    [
      "says that data is no base64",
      { type: "image", data: "*", mimeType: "image/png" },
      { type: "text", text: "(An image is left out: its data is not base64.)" },
    ],
    [
      "keeps a resource's text and type",
      { type: "resource", resource: { uri: "a:b", text: "t", mimeType: "text/plain", blob: null } },
      { type: "resource", resource: { uri: "a:b", text: "t", mimeType: "text/plain" } },
    ],
    [
      "names a link that has no name",
      { type: "resource_link", uri: "file:///a/b.txt", size: null, name: null },
      { type: "resource_link", uri: "file:///a/b.txt", name: "b.txt" },
    ],
    [
      "makes an image of a file that is one",
      { type: "file", data: "AAEC", mimeType: "image/PNG; x=1" },
      { type: "image", data: "AAEC", mimeType: "image/png" },
    ],
    [
      "makes a resource of another file",
      { type: "file", data: "AAEC", mimeType: "image/svg+xml", name: "a b.svg" },
      {
        type: "resource",
        resource: { uri: "attachment:a%20b.svg", blob: "AAEC", mimeType: "image/svg+xml" },
      },
    ],
    [
      "shows a type that it does not know as text",
      { type: "hologram", x: 1 },
      { type: "text", text: '{"type":"hologram","x":1}' },
    ],
  ])("%s", (_name, given, expected) => {
    expect(block(given)).toEqual(expected);
  });

  it("says what was too large, and what to do", () => {
    expect(block({ type: "image", data: "", mimeType: "image/png" }, 9_000_000)).toEqual({
      type: "text",
      text: "(An image of 9000000 bytes is left out (image/png, too large for what one block, or all blocks of a run, may have). Ask the tool for a smaller or compressed one, or for a part of it.)",
    });
  });
});

describe("what is told of content", () => {
  it("has kinds and sizes, and no base64", () => {
    expect(
      [
        block({ type: "image", data: "AAE=", mimeType: "image/png" }),
        block({ type: "text", text: "ü" }),
        block({ type: "resource", resource: { uri: "a:b", blob: "AAEC" } }),
        block({ type: "resource_link", uri: "a:c", name: "c" }),
      ].map(toldContent),
    ).toEqual([
      { type: "image", mimeType: "image/png", bytes: 2 },
      { type: "text", text: "ü", bytes: 2 },
      { type: "resource", uri: "a:b", bytes: 3 },
      { type: "resource_link", uri: "a:c", bytes: 0 },
    ]);
  });

  it("counts no bytes of a tool's result as text", () => {
    const plain = { a: [1] };
    expect(withoutBytes(plain)).toBe(plain);
    expect(
      withoutBytes([
        { type: "text", text: "a" },
        { type: "image", data: "AAEC", mimeType: "image/png" },
        { type: "resource", resource: { uri: "a:b", blob: "AAEC" } },
      ]),
    ).toEqual([
      { type: "text", text: "a" },
      { type: "image", mimeType: "image/png" },
      { type: "resource", resource: { uri: "a:b" } },
    ]);
    expect(withoutBytes({ contentType: "image/png", base64: "AAEC" })).toEqual({
      contentType: "image/png",
    });
  });
});
