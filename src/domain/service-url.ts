const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The rule that {@link isServiceUrl} checks, completing "must be …". */
export const SERVICE_URL_RULE = 'an https:// URL (http:// on loopback only) without user, password or query';

/** Whether credentials may be sent to this address. A password in it would end up in logs, so there may be none. */
export function isServiceUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const secure = url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.includes(url.hostname));
  return secure && !url.username && !url.password && !url.search && !url.hash;
}

/** The address as a base that paths are appended to. */
export const withoutSlash = (url: string): string => url.replace(/\/+$/, '');
