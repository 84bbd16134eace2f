// Which names mean this machine alone. Without keys nothing but these may be listened on or asked for: a web page
// can point a name of its own at 127.0.0.1 (DNS rebinding), but not change the Host header its browser sends.
const LOOPBACK_V4 = String.raw`127(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}`;
const HOST = new RegExp(`^(?:localhost|${LOOPBACK_V4}|::1)$`, 'i');
const HOST_HEADER = new RegExp(String.raw`^(?:localhost|${LOOPBACK_V4}|\[::1\])(?::\d{1,5})?$`, 'i');

/** True for a listening address that only this machine reaches. */
export const isLoopbackHost = (host: string): boolean => HOST.test(host);

/** True for a Host header (any port) that names this machine. */
export const isLoopbackHostHeader = (header: string | undefined): boolean => HOST_HEADER.test(header ?? '');

/** True for an absent Origin header, or one of a page this machine serves. */
export function isLoopbackOrigin(origin: string | undefined): boolean {
  if (origin === undefined) return true;
  return URL.canParse(origin) && HOST_HEADER.test(new URL(origin).host);
}
