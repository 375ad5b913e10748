import { describe, expect, it } from "@effect/vitest";
import fc from "fast-check";
import { parseLinks } from "../src/links.ts";
import { replyResponse } from "../src/reply-response.ts";

describe("parseLinks", () => {
  it.each([
    ["", []],
    ["nothing", []],
    ["</a>", []],
    ["</a>; rel=next", [["/a", "next"]]],
    [
      '</a?b=1,2;c>; title="x, \\"y\\"; rel=last" ; REL = "Next  prev"',
      [["/a?b=1,2;c", "next", "prev"]],
    ],
    [
      ",, < /a > ;rel=next;rel=last,</b>;rel=last",
      [
        ["/a", "next"],
        ["/b", "last"],
      ],
    ],
    ['</a>; rel="up"; anchor="/other", </b>; rel=up', [["/b", "up"]]],
    ['</a>; rel="next', [["/a", "next"]]],
    [
      "</a>; rel=next garbage, </b>; rel=last",
      [["/a", "next garbage".split(" ")].flat(2), ["/b", "last"]],
    ],
    ["</a>; rel=next, garbage, </b>; rel=last", [["/a", "next"]]],
    ["<>;rel=self", [["", "self"]]],
  ])("reads %s", (header, links) => {
    expect(parseLinks(header).map(({ relations, target }) => [target, ...relations])).toEqual(
      links,
    );
  });

  it("reads what was written, in every form that the grammar allows", () => {
    const target = fc.stringMatching(/^[\w/?&=,;.%-]{1,20}$/);
    const relation = fc.stringMatching(/^[a-z][a-z.-]{0,8}$/);
    const space = fc.constantFrom("", " ", "\t");
    const quote = (text: string) => `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
    const link = fc.record({
      target,
      relations: fc.array(relation, { minLength: 1, maxLength: 3 }),
      title: fc.option(fc.string({ maxLength: 10, unit: fc.constantFrom(...'a,;<>="\\ ') })),
      space,
    });
    fc.assert(
      fc.property(fc.array(link, { maxLength: 4 }), (links) => {
        const header = links
          .map((each) => {
            const title = each.title === null ? "" : `;${each.space}title=${quote(each.title)}`;
            const rel = `;${each.space}rel${each.space}=${each.space}${quote(each.relations.join(" "))}`;
            return `<${each.target}>${each.space}${title}${rel}`;
          })
          .join(", ");
        expect(parseLinks(header)).toEqual(
          links.map(({ relations, target: written }) => ({ target: written, relations })),
        );
      }),
    );
  });

  it("takes no longer than the header is long", () => {
    for (const part of ["<a>;", '<a>;x="\\', "<", ",", "<a>;rel=", '"']) {
      const started = performance.now();
      parseLinks(part.repeat(8_192 / part.length));
      expect(performance.now() - started).toBeLessThan(1_000);
    }
  });
});

describe("replyResponse", () => {
  it("resolves links against the reply's URL without its query, and names the first of each relation", () => {
    const link = [
      '<?page=2>; rel="next"',
      "</b>; rel=next",
      "<//other.example/c>; rel=last",
      "<http://[>; rel=bad",
      "<>; rel=__proto__",
    ].join(", ");
    const { links, next, status } = replyResponse({
      status: 200,
      headers: { link },
      url: "https://api.example.com/v1/things?key=secret",
    });
    expect([status, next]).toEqual([200, null]);
    expect(Object.entries(links)).toEqual([
      ["next", "https://api.example.com/v1/things?page=2"],
      ["last", "https://other.example/c"],
      ["__proto__", "https://api.example.com/v1/things"],
    ]);
  });
});
