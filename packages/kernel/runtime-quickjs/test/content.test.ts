import type { ContentItem } from "@executor/kernel";
import { describe, expect, layer } from "@effect/vitest";
import { Effect } from "effect";
import { run, runnerLayer } from "./support/run.ts";

const png = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(300, 7)]).toString(
  "base64",
);
const size = 308;
const image = {
  type: "image",
  data: png,
  mimeType: "image/png",
  annotations: { audience: ["user"], priority: 1 },
};
const shot = [{ type: "text", text: "Took it" }, image];
const resource = {
  type: "resource",
  resource: { uri: "file:///a.bin", blob: "AAEC", mimeType: "application/x" },
};
const link = { type: "resource_link", uri: "file:///b", name: "b" };

const blocks = (items: ReadonlyArray<ContentItem>): unknown =>
  items.map(({ json }) => JSON.parse(json) as unknown);

const outcomeOf = (code: string, options: Parameters<typeof run>[1] = {}) =>
  Effect.map(
    run(code, {
      callTool: (path) =>
        Effect.succeed(
          path === "a.both"
            ? {
                json: '{"w":1}',
                contentJson: JSON.stringify([{ type: "text", text: "note" }, image]),
              }
            : JSON.stringify(
                path === "a.file"
                  ? { contentType: "image/png", base64: png }
                  : path === "a.mixed"
                    ? [...shot, resource, link]
                    : shot,
              ),
        ),
      ...options,
    }),
    ({ content, outcome }) => {
      if (outcome._tag !== "Completed") throw new Error(JSON.stringify(outcome));
      const value: unknown = JSON.parse(outcome.output.json);
      return [blocks(content), value];
    },
  );

const place = (at: number) => `[block ${at}: image/png, ${size} bytes]`;

describe("content blocks", () => {
  layer(runnerLayer, { excludeTestServices: true })((it) => {
    const cases = {
      "return await tools.a.shot()": [shot, `[block 1: text] ${place(2)}`],
      "return (await tools.a.shot())[1]": [[image], place(1)],
      "const { content } = await tools.a.shot(); return content": [
        shot,
        `[block 1: text] ${place(2)}`,
      ],
      "return { content: await tools.a.shot() }": [shot, `[block 1: text] ${place(2)}`],
      "return await tools.a.mixed()": [
        [...shot, resource, link],
        `[block 1: text] ${place(2)} [block 3: application/x, 3 bytes] [block 4: resource_link]`,
      ],
      "const r = await tools.a.both(); return r": [
        [{ type: "text", text: "note" }, image],
        { w: 1 },
      ],
      "const r = await tools.a.both(); return [r.w, r.content.length, Object.keys(r)]": [
        [],
        [1, 2, ["w"]],
      ],
      "const s = await tools.a.shot(); return { title: 'x', at: s[1] }": [
        [image],
        { title: "x", at: place(1) },
      ],
      "const s = await tools.a.shot(); emit(s); return { s }": [
        shot,
        { s: [{ type: "text", text: "Took it" }, place(2)] },
      ],
      "const s = await tools.a.shot(); return [s[1], s[1], 5]": [[image], [place(1), place(1), 5]],
      "return await tools.a.file()": [
        [{ type: "file", data: png, mimeType: "image/png" }],
        place(1),
      ],
      "return (await tools.a.shot())[1].data": [
        [{ type: "file", data: png, mimeType: "image/png" }],
        place(1),
      ],
      [`return { url: "data:image/png;base64,${png}" }`]: [
        [{ type: "file", data: png, mimeType: "image/png" }],
        { url: place(1) },
      ],
      "return Uint8Array.from(atob((await tools.a.shot())[1].data), (c) => c.charCodeAt(0))": [
        [{ type: "image", data: png, mimeType: "image/png" }],
        place(1),
      ],
      'emit("first"); emit((await tools.a.shot())[1], { n: new Set([1]) }); emit(await tools.a.both()); return 1':
        [
          [
            { type: "text", text: "first" },
            image,
            { type: "text", text: '{"n":[1]}' },
            { type: "text", text: '{"w":1}' },
            { type: "text", text: "note" },
            image,
          ],
          1,
        ],
      'return { type: "image", mimeType: "image/png", data: "not base64!" }': [
        [],
        { type: "image", mimeType: "image/png", data: "not base64!" },
      ],
      'return [{ type: "text", text: "a" }, { type: "text", text: "b" }]': [
        [],
        [
          { type: "text", text: "a" },
          { type: "text", text: "b" },
        ],
      ],
    };
    for (const [code, expected] of Object.entries(cases)) {
      it.effect(`gives the blocks of ${code.slice(0, 90)}`, () =>
        Effect.gen(function* () {
          expect(yield* outcomeOf(code)).toEqual(expected);
        }),
      );
    }

    it.effect("shows no base64 in the console", () =>
      Effect.gen(function* () {
        const { console } = yield* run(
          `const i = ${JSON.stringify(shot)}; console.log(i, i[1].data)`,
        );
        expect(console[0]?.text).toBe(
          '[{"type":"text","text":"Took it"},"[image/png, 308 bytes]"] [image/png, 308 bytes]',
        );
      }),
    );

    it.effect("leaves out what is too large, alone and in all, and says so", () =>
      Effect.gen(function* () {
        const limits = { maxBlockBytes: 400, maxContentBytes: 700, maxOutputChars: 400 };
        const { content } = yield* run(
          `const i = ${JSON.stringify(image)};
          emit({ ...i, data: i.data + i.data }); emit(i); emit(i); emit(i); emit("x".repeat(500)); emit("y"); return 1`,
          { limits },
        );
        expect(content.map(({ omittedBytes }) => omittedBytes > 0)).toEqual([
          true,
          false,
          false,
          true,
          false,
          false,
        ]);
        expect(JSON.parse(content[0]?.json ?? "")).toMatchObject({
          type: "image",
          data: "",
          mimeType: "image/png",
        });
        expect(content[4]?.json).toMatch(/x\\n\(cut after \d+ of 500 characters\)/);
      }),
    );

    it.effect("bounds the number of blocks and what they hold, whatever code does", () =>
      Effect.gen(function* () {
        const flood = yield* run(`for (let n = 0; n < 10_000; n++) emit("a"); return 1`);
        expect(flood.content).toHaveLength(201);
        expect(flood.content[200]?.json).toContain("Further blocks are left out");
        const failed = yield* run(`emit("before"); null.x`);
        expect(blocks(failed.content)).toEqual([{ type: "text", text: "before" }]);
        const wrong = yield* run("emit(Promise.resolve(1))");
        expect(wrong.outcome).toMatchObject({
          message: "emit was given a promise. Await it first.",
        });
      }),
    );
  });
});
