/**
 * Codes of the errors with which TLS libraries refuse a certificate (OpenSSL's verification errors as Node spells them). Those that
 * begin with `ERR_SSL_` say that the connection failed in another way, for example because the server refuses the client.
 */
const refusal = /^(?!ERR_SSL_).*(CERT|UNABLE_TO_(GET|VERIFY))/;

/**
 * Sentence about an upstream to which no TLS connection came about, for the operator; `undefined` for other failures. workerd
 * tells its log the reason, and the caller only `internal error`: for https it is the certificate, or a name that does not exist.
 */
export const tlsFailure = (url: URL, cause: unknown): string | undefined => {
  if (url.protocol !== "https:" || !(cause instanceof Error)) return undefined;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
  if (code !== undefined && refusal.test(code)) {
    return `${url.host} could not be reached: its TLS certificate is refused (${code}). ${advice}`;
  }
  return code === undefined && cause.message.startsWith("internal error")
    ? `${url.host} could not be reached: its TLS certificate is refused, or the name does not exist. ${advice}`
    : undefined;
};

const advice =
  "Check that the certificate has not expired, is for this name, and is signed by an authority that is known here.";
