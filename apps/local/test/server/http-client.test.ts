import { describe, expect, it } from "@effect/vitest";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { fetchWithReadBodies } from "../../src/server/http-client.ts";

interface Seen {
  readonly method: string | undefined;
  readonly body: string;
  readonly type: string | undefined;
}

/** A server that tells what came, gzipped where the path says so, as long as `use` runs. */
const withServer = async (use: (origin: string) => Promise<void>): Promise<void> => {
  const server = createServer((request, response) => {
    const chunks: Array<Uint8Array> = [];
    request.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url === "/never") return;
      const seen: Seen = {
        method: request.method,
        body: Buffer.concat(chunks).toString(),
        type: request.headers["content-type"],
      };
      const text = JSON.stringify(seen);
      response.setHeader("set-cookie", ["a=1", "b=2"]);
      response.setHeader("x-length", String(seen.body.length));
      if (request.url === "/redirect") {
        response.writeHead(302, { location: "/gzip" }).end();
      } else if (request.url === "/gzip") {
        response.setHeader("content-encoding", "gzip");
        response.end(gzipSync(text));
      } else response.end(text);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address: AddressInfo | string | null = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  try {
    await use(`http://127.0.0.1:${port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

const init = (method: string, rest: RequestInit = {}): RequestInit => ({
  method,
  body: new TextEncoder().encode('{"q":1}'),
  headers: { "content-type": "application/json" },
  ...rest,
});

describe("fetchWithReadBodies", () => {
  it("sends a body with any method", () =>
    withServer(async (origin) => {
      for (const method of ["GET", "POST", "DELETE", "OPTIONS"]) {
        const response = await fetchWithReadBodies(`${origin}/a`, init(method));
        expect(await response.json()).toEqual({
          method,
          body: '{"q":1}',
          type: "application/json",
        });
        expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
      }
      const head = await fetchWithReadBodies(`${origin}/a`, init("HEAD"));
      expect(head.headers.get("x-length")).toBe("7");
      expect(await head.text()).toBe("");
    }));

  it("decodes what is compressed, and does not follow redirects", () =>
    withServer(async (origin) => {
      const zipped = await fetchWithReadBodies(`${origin}/gzip`, init("GET"));
      expect(await zipped.json()).toMatchObject({ method: "GET", body: '{"q":1}' });
      const redirected = await fetchWithReadBodies(`${origin}/redirect`, init("GET"));
      expect([redirected.status, redirected.headers.get("location")]).toEqual([302, "/gzip"]);
    }));

  it("ends with its signal, and fails where nothing listens", () =>
    withServer(async (origin) => {
      const signal = AbortSignal.timeout(50);
      await expect(fetchWithReadBodies(`${origin}/never`, init("GET", { signal }))).rejects.toThrow(
        /abort|timed? ?out/i,
      );
      await expect(fetchWithReadBodies("http://127.0.0.1:1/", init("GET"))).rejects.toThrow(
        /ECONNREFUSED|connect/i,
      );
    }));
});
