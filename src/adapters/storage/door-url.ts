import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import { PortError } from '../../ports/errors.ts';

const HTTP_SCHEMES: Record<string, string> = {
  'davs:': 'https:',
  'dav:': 'http:',
  'https:': 'https:',
  'http:': 'http:',
};

/**
 * The URL by which a WebDAV door is spoken to: `davs` is https.
 * @throws PortError `StorageRefused`, not retryable: another scheme, a folder, a fragment
 */
export function doorUrl(url: string): URL {
  const scheme = /^[a-z][a-z0-9+.-]*:/i.exec(url)?.[0].toLowerCase() ?? '';
  const target = HTTP_SCHEMES[scheme];
  if (target === undefined) throw refused(`no WebDAV door: ${url.slice(0, 300)}`);
  // URL refuses to turn a foreign scheme such as davs into https afterwards, hence on the text.
  const door = URL.parse(target + url.slice(scheme.length));
  // A DELETE of a folder takes everything in it along; after a # nothing would be sent.
  if (!door || door.pathname.endsWith('/') || door.hash) throw refused(`not a file's URL: ${url.slice(0, 300)}`);
  return door;
}

/** The door says no for good. */
export const refused = (message: string): PortError =>
  new PortError(FAILURE_TYPES.storageRefused, message, { retryable: false });
