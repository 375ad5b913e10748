import { describe, expect, it } from "@effect/vitest";
import { refusal } from "../../src/server/loopback.ts";

describe("refusal", () => {
  it.each([
    ["localhost:4788", undefined],
    ["127.0.0.1:4788", undefined],
    ["127.1.2.3:4788", undefined],
    ["[::1]:4788", undefined],
    ["LOCALHOST:4788", undefined],
    ["localhost", undefined],
    ["localhost:4788", "http://localhost:4788"],
    ["localhost:4788", "http://127.0.0.1:4788"],
  ])("lets in Host %s with Origin %s", (host, origin) => {
    expect(refusal("GET", { host, origin })).toBeUndefined();
  });

  it.each([
    [undefined, undefined],
    ["", undefined],
    ["evil.example:4788", undefined],
    ["localhost.evil.example:4788", undefined],
    ["127.0.0.1.evil.example", undefined],
    ["user@evil.example", undefined],
    ["localhost@evil.example", undefined],
    ["192.168.0.1:4788", undefined],
    ["0.0.0.0:4788", undefined],
    ["localhost:4788", "null"],
    ["localhost:4788", ""],
    ["localhost:4788", "https://localhost:4788"],
    ["localhost:4788", "http://localhost:3000"],
    ["localhost:4788", "http://evil.example"],
    ["localhost:4788", "http://localhost.evil.example:4788"],
  ])("refuses Host %s with Origin %s", (host, origin) => {
    expect(refusal("GET", { host, origin })).toMatch(/\.$/);
  });

  const host = "localhost:4788";
  const link = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

  it.each([
    ["POST", { "sec-fetch-site": "same-origin" }],
    ["POST", { "sec-fetch-site": "none" }],
    ["GET", { "sec-fetch-site": "cross-site", ...link }],
  ])("lets in %s with %o", (method, headers) => {
    expect(refusal(method, { host, ...headers })).toBeUndefined();
  });

  it.each([
    ["GET", { "sec-fetch-site": "cross-site" }],
    ["GET", { "sec-fetch-site": "same-site" }],
    ["GET", { "sec-fetch-site": "" }],
    ["GET", { "sec-fetch-site": "cross-site", ...link, "sec-fetch-dest": "iframe" }],
    ["POST", { "sec-fetch-site": "cross-site", ...link }],
  ])("refuses %s with %o", (method, headers) => {
    expect(refusal(method, { host, ...headers })).toMatch(/\.$/);
  });
});
