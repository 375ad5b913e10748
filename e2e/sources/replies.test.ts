import { afterAll, beforeAll, describe, expect, it } from "@effect/vitest";
import { startDaemon } from "../support/daemon/daemon.ts";
import type { Daemon } from "../support/daemon/daemon.ts";
import { startReplyUpstream } from "../support/upstreams/replies.ts";

/** One daemon with one source, whose upstream answers in the ways of the tests. */
describe("replies in agent code", () => {
  let daemon: Daemon;
  const upstream = startReplyUpstream();

  beforeAll(async () => {
    daemon = await startDaemon();
    expect((await daemon.request("POST", "/api/sources", upstream.source)).status).toBe(201);
  });
  afterAll(async () => {
    await daemon.stop();
    await upstream.stop();
  });

  const run = async (code: string): Promise<unknown> => {
    const reply = await daemon.request("POST", "/api/executions", { code });
    expect(reply.json()).toMatchObject({ status: "completed", error: null });
    return Reflect.get(Object(Reflect.get(Object(reply.json()), "output")), "value");
  };

  it("give an error's status, headers and body", async () => {
    const read = "({ status, headers, data, message }) => ({ status, headers, data, message })";
    expect(await run(`return await tools.up.invalid().catch(${read})`)).toEqual({
      status: 422,
      headers: expect.objectContaining({
        "content-type": expect.stringMatching("application/json"),
        "retry-after": "17",
      }),
      data: { message: "invalid", errors: { email: ["taken"] } },
      message: "The upstream answered 422. invalid",
    });
    expect(
      await run(`return await tools.up.invalid().catch((e) => "set-cookie" in e.headers)`),
    ).toBe(false);
    expect(await run(`return await tools.up.problem().catch((e) => e.data)`)).toEqual({
      title: "Poor",
      balance: 30,
    });
    expect(
      await run(`return await tools.up.down().catch((e) => [e.data.length, e.truncated])`),
    ).toEqual([65_536, ["data"]]);
  });

  it("give a success's status, headers and links to code that asks for them", async () => {
    expect(await run(`return await tools.up.list({})`)).toEqual([1]);
    expect(await run(`return await tools.up.list({}, { response: true })`)).toEqual({
      data: [1],
      status: 200,
      headers: expect.objectContaining({ link: '<?page=2>; rel="next", </>; rel=up' }),
      links: { next: `${upstream.origin}/things?page=2`, up: `${upstream.origin}/` },
      next: { page: 2 },
    });
    const all = `const pages = [];
      for (let input = {}; input; ) {
        const { data, next } = await tools.up.list(input, { response: true });
        pages.push(...data);
        input = next;
      }
      return pages`;
    expect(await run(all)).toEqual([1, 2, 3]);
    expect(await run(`return (await tools.describe({ path: "up.list" })).outputSchema`)).toEqual({
      "x-response-headers": { link: { description: "Pages" } },
    });
    const head = "({ data, headers }) => [data, headers['x-total-count'], headers.etag]";
    expect(await run(`return await tools.up.count({}, { response: true }).then(${head})`)).toEqual([
      null,
      "7",
      '"e"',
    ]);
    const search = `return Object.keys(await tools.search({ query: "list" }, { response: true }))`;
    expect(await run(search)).toEqual(["data"]);
  });

  it("refuse options that there are not", async () => {
    for (const options of ["{ respnse: true }", "{ response: 1 }", "'response'", "[]"]) {
      expect(
        await run(`return await tools.up.list({}, ${options}).catch((e) => [e.code, e.message])`),
      ).toEqual([
        "invalid_input",
        expect.stringContaining("Its only option is { response: true }"),
      ]);
    }
    expect(await run(`return await Promise.all([{}, { page: 2 }].map(tools.up.list))`)).toEqual([
      [1],
      [2],
    ]);
  });

  it("give a stream that does not end as far as it came", async () => {
    expect(await run(`return await tools.up.events()`)).toEqual({
      events: [{ event: "tick", data: { n: 1 } }],
      incomplete: "timeout",
    });
  });
});
