import { expect, layer } from "@effect/vitest";
import { Effect } from "effect";
import fc from "fast-check";
import { run, runnerLayer } from "./support/run.ts";

/** What servers write for base64: none, too little, other text, null, an image. */
const data = fc.constantFrom("", "!!", "AAAA", `iVBORw0KGgo${"A".repeat(300)}`, null, 7, undefined);
const word = fc.constantFrom("", "image/png", "file:///a", null, {}, undefined);
const type = fc.constantFrom(
  "text",
  "image",
  "audio",
  "resource",
  "resource_link",
  "widget",
  "",
  null,
  undefined,
);

/** Blocks of every type that lack members, or have ones of another kind. */
const oddBlock = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.record({
    type,
    text: word,
    data,
    mimeType: word,
    uri: word,
    name: word,
    resource: fc.option(fc.record({ uri: word, text: word, blob: data, mimeType: word })),
  }),
);

/** What finished code does with the result of a tool. */
const endings = [
  "return r",
  "return { r, again: [r] }",
  "emit(r); return 1",
  "emit({ r }, [r, r]); return r.content",
  "emit(r.content, ...r.content.filter((block) => block !== null)); return { content: r.content }",
  "console.log(r, r.content); return { ...r, content: r.content }",
];

layer(runnerLayer, { excludeTestServices: true })("a result with blocks of any shape", (it) => {
  it.effect("never fails the code that returns or emits it", () =>
    Effect.forEach(
      fc.sample(fc.tuple(fc.array(oddBlock, { maxLength: 4 }), fc.constantFrom(...endings)), 150),
      ([blocks, ending]) => {
        const contentJson = JSON.stringify(blocks);
        return Effect.map(
          run(`const r = await tools.a.odd(); ${ending}`, {
            callTool: () => Effect.succeed({ json: '{"w":1}', contentJson }),
          }),
          ({ outcome }) => expect(outcome, `${ending} of ${contentJson}`).toHaveProperty("output"),
        );
      },
    ),
  );

  it.effect("tells of a block that it cannot give", () =>
    Effect.map(
      run("return await tools.a.odd()", {
        callTool: () =>
          Effect.succeed({ json: '{"w":1}', contentJson: '[{"type":"widget","data":"AAAA"}]' }),
      }),
      ({ content }) => {
        expect(JSON.stringify(content)).toContain("of the type widget is left out");
        expect(JSON.stringify(content)).not.toContain("AAAA");
      },
    ),
  );
});
