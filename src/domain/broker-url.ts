const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** The rule that {@link isBrokerUrl} checks, completing "must be …". */
export const BROKER_URL_RULE = 'stomp+ssl://host:port (stomp:// on loopback only)';

/** Whether this is the address of a message broker that a password may be sent to. */
export function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
  const isSecure = protocol === 'stomp+ssl:' || (protocol === 'stomp:' && LOOPBACK.includes(hostname));
  return isSecure && hostname !== '' && port !== '' && !username && !password && !pathname && !search && !hash;
}
