import { describe, expect, it } from "@effect/vitest";
import { tlsFailure } from "../../src/upstream/tls-failure.ts";

const url = new URL("https://api.example.com/a");
const failureOf = (code: string) => Object.assign(new Error("no connection"), { code });

describe("tlsFailure", () => {
  it.each([
    "CERT_HAS_EXPIRED",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "ERR_TLS_CERT_ALTNAME_INVALID",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNKNOWN_CERTIFICATE_VERIFICATION_ERROR",
  ])("says that the certificate is refused: %s", (code) => {
    expect(tlsFailure(url, failureOf(code))).toContain(
      `api.example.com could not be reached: its TLS certificate is refused (${code}).`,
    );
  });

  it.each([
    "ECONNRESET",
    "EPROTO",
    "ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED",
    "ERR_SSL_WRONG_VERSION_NUMBER",
    "ERR_TLS_HANDSHAKE_TIMEOUT",
  ])("does not blame the certificate for another failure: %s", (code) => {
    expect(tlsFailure(url, failureOf(code))).toBeUndefined();
  });

  it("names both possible reasons where workerd tells none, and none over http", () => {
    const cause = new Error("internal error; reference = abc");
    expect(tlsFailure(url, cause)).toContain("refused, or the name does not exist");
    expect(tlsFailure(new URL("http://api.example.com"), cause)).toBeUndefined();
  });
});
