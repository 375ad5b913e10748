import { FetchHttpClient, FileSystem } from "@effect/platform";
import { describe, expect, it } from "@effect/vitest";
import { Effect, Option, Stream } from "effect";
import type { ResolvedSettings } from "../../src/model/source.ts";
import { fetchDocument, fetchReferenced, peekDocument, SourceInUse } from "../../src/index.ts";
import { total } from "@executor/testing/series";

const serve = (handler: (request: Request, url: URL) => Response) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      Bun.serve({
        hostname: "127.0.0.1",
        port: 0,
        fetch: (request) => handler(request, new URL(request.url)),
      }),
    ),
    (server) => Effect.promise(() => server.stop(true)),
  ).pipe(Effect.map((server) => `http://127.0.0.1:${server.port}`));

const settings = (given: Partial<ResolvedSettings>): ResolvedSettings => ({
  headers: {},
  timeoutMs: 30_000,
  ...given,
});

const textOf = ({ bytes }: { readonly bytes: Uint8Array }): string =>
  new TextDecoder().decode(bytes);

const requests = (labels: Readonly<Record<string, string>>) =>
  total("http.client.request.duration", labels);

describe("fetchDocument", () => {
  it.scopedLive("is measured under the source that it is for, and under none before that", () =>
    Effect.gen(function* () {
      const origin = yield* serve(() => new Response("{}"));
      const fetching = fetchDocument(settings({ url: origin }));
      const unknown = { "executor.source": "_OTHER", "server.address": "_OTHER" };
      const before = requests(unknown);
      yield* fetching;
      expect(requests(unknown)).toBe(before + 1);
      yield* Effect.provideService(fetching, SourceInUse, "measured_reading");
      expect(
        requests({
          "executor.source": "measured_reading",
          "server.address": "127.0.0.1",
          "server.port": new URL(origin).port,
        }),
      ).toBe(1);
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.scopedLive(
    "sends the headers where calls go to the same origin, and tells where the text came from",
    () =>
      Effect.gen(function* () {
        let authorization: string | null = null;
        const origin = yield* serve((request, url) => {
          authorization = request.headers.get("authorization");
          return url.pathname === "/latest"
            ? new Response(null, { status: 302, headers: { location: "/v2/openapi.json" } })
            : new Response("\ufeff{}");
        });
        const document = yield* fetchDocument(
          settings({
            url: `${origin}/latest`,
            baseUrl: origin,
            headers: { Authorization: "Bearer t" },
          }),
        );
        expect(textOf(document)).toBe("{}");
        expect(document.url).toBe(`${origin}/v2/openapi.json`);
        expect(authorization).toBe("Bearer t");
      }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.scopedLive("shows no credential from the URL in a failure", () =>
    Effect.gen(function* () {
      const origin = yield* serve(() => new Response(null, { status: 404 }));
      const url = `${origin.replace("//", "//user:hunter2@")}/openapi.json?key=hunter2#hunter2`;
      const error = yield* Effect.flip(fetchDocument(settings({ url })));
      expect(error.message).toContain(`${origin}/openapi.json answered 404`);
      expect(error.message).not.toContain("hunter2");
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.scopedLive.each([undefined, "https://api.example.com"])(
    "keeps the headers to itself where calls go to %s",
    (baseUrl) =>
      Effect.gen(function* () {
        let authorization: string | null = "unset";
        const origin = yield* serve((request) => {
          authorization = request.headers.get("authorization");
          return new Response("{}");
        });
        const headers = { Authorization: "Bearer t" };
        yield* fetchDocument(
          settings(
            baseUrl === undefined ? { url: origin, headers } : { url: origin, baseUrl, headers },
          ),
        );
        expect(authorization).toBeNull();
      }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.live("returns a given document unchanged", () =>
    Effect.gen(function* () {
      const document = yield* fetchDocument(settings({ document: "openapi: 3.1.0" }));
      expect(textOf(document)).toBe("openapi: 3.1.0");
      expect(document.url).toBe(undefined);
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.scopedLive("says what to do about each status", () =>
    Effect.gen(function* () {
      const origin = yield* serve(
        (_, url) => new Response("", { status: Number(url.pathname.slice(1)) }),
      );
      const messages = yield* Effect.forEach([401, 404, 503], (status) =>
        Effect.flip(fetchDocument(settings({ url: `${origin}/${status}?key=secret` }))),
      );
      expect(messages.map(({ _tag, message }) => [_tag, message.replace(origin, "")])).toEqual([
        [
          "SourceUnreachable",
          "/401 answered 401 instead of the description. The source's headers are sent there only where baseUrl has the same origin: give both, or the description as a document.",
        ],
        ["SourceUnreachable", "/404 answered 404 instead of the description. Check the URL."],
        ["SourceUnreachable", "/503 answered 503 instead of the description. Try again later."],
      ]);
      expect(yield* peekDocument(settings({ url: `${origin}/405` }))).toEqual(Option.none());
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.scopedLive("does not wait for the end of an event stream", () =>
    Effect.gen(function* () {
      const origin = yield* serve(
        () =>
          new Response(new ReadableStream({ start: (controller) => controller.enqueue(":\n\n") }), {
            headers: { "content-type": "text/event-stream" },
          }),
      );
      expect(yield* peekDocument(settings({ url: origin }))).toEqual(Option.none());
      const error = yield* Effect.flip(fetchDocument(settings({ url: origin })));
      expect(error.message).toContain("answered with an event stream instead of the description");
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.scopedLive("stops at 64 MiB", () =>
    Effect.gen(function* () {
      const chunk = new Uint8Array(4 * 1024 * 1024).fill(32);
      const origin = yield* serve(
        () =>
          new Response(
            new ReadableStream({
              async pull(controller) {
                await Bun.sleep(0);
                controller.enqueue(chunk);
              },
            }),
          ),
      );
      const error = yield* Effect.flip(fetchDocument(settings({ url: origin })));
      expect(error._tag).toBe("SourceDocumentTooLarge");
      const given = yield* Effect.flip(
        fetchDocument(settings({ document: " ".repeat(64 * 1024 * 1024 + 1) })),
      );
      expect(given._tag).toBe("SourceDocumentTooLarge");
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.live("says in a clause why another file is not read", () =>
    Effect.gen(function* () {
      const read = fetchReferenced(settings({}), "file:///here/a.json", "file:///here/b.json", 10);
      expect(yield* read).toEqual({ unread: "files cannot be read here" });
      expect(yield* Effect.provide(read, FileSystem.layerNoop({}))).toEqual({
        unread: expect.stringMatching(/^the file \/here\/\S* cannot be read$/),
      });
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.live("reads files only where the app has a file system", () =>
    Effect.gen(function* () {
      const url = new URL("../../package.json", import.meta.url).href;
      const refused = yield* Effect.flip(fetchDocument(settings({ url })));
      expect(refused.message).toContain("Files cannot be read here");
      const files = FileSystem.makeNoop({
        stat: (path) =>
          Effect.map(
            Effect.promise(() => Bun.file(path).stat()),
            (stat) => ({
              type: stat.isFile() ? "File" : "Directory",
              mtime: Option.none(),
              atime: Option.none(),
              birthtime: Option.none(),
              dev: 0,
              ino: Option.none(),
              mode: 0,
              nlink: Option.none(),
              uid: Option.none(),
              gid: Option.none(),
              rdev: Option.none(),
              size: FileSystem.Size(stat.size),
              blksize: Option.none(),
              blocks: Option.none(),
            }),
          ),
        stream: (path) =>
          Stream.unwrap(Effect.promise(async () => Stream.make(await Bun.file(path).bytes()))),
      });
      const read = (given: string) =>
        Effect.provideService(
          fetchDocument(settings({ url: given })),
          FileSystem.FileSystem,
          files,
        );
      const document = yield* read(url);
      expect(textOf(document)).toContain("@executor/sdk");
      expect(document.url).toBe(url);
      expect((yield* Effect.flip(read(new URL(".", url).href)))._tag).toBe("SourceUnreachable");
      expect((yield* Effect.flip(read("file://server/share")))._tag).toBe("SourceUnreachable");
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );

  it.live("asks for a URL or a document", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(fetchDocument(settings({})));
      expect(error._tag).toBe("InvalidSourceDocument");
    }).pipe(Effect.provide(FetchHttpClient.layer)),
  );
});
