/** Names and addresses that only this machine answers to. */
const isLoopbackName = (name: string): boolean =>
  name === "localhost" || name === "[::1]" || /^127(\.\d{1,3}){3}$/.test(name);

/**
 * Why a request may not come in, or `undefined` where it may. A page on the web can make a browser send requests to
 * this machine, under a name of its own that resolves here (DNS rebinding): its `Host` gives it away. Any other page's
 * request carries that page's `Origin`.
 */
export const refusal = (headers: {
  readonly host: string | undefined;
  readonly origin: string | undefined;
}): string | undefined => {
  const host = headers.host === undefined ? undefined : parse(`http://${headers.host}`);
  if (host === undefined || !isLoopbackName(host.hostname)) {
    return "The Host header does not name this machine. Use http://localhost with the daemon's port.";
  }
  if (headers.origin === undefined) return undefined;
  const origin = parse(headers.origin);
  return origin?.protocol === "http:" &&
    isLoopbackName(origin.hostname) &&
    origin.port === host.port
    ? undefined
    : "Web pages of other origins may not call the daemon.";
};

const parse = (url: string): URL | undefined => URL.parse(url) ?? undefined;
