import type { MiddlewareHandler } from 'hono';
import { isLoopback, LOOPBACK_NAMES } from '../../web/loopback.ts';

/**
 * Answers only who asks for one of our names: a page of somebody else whose name was made to point here asks for its own
 * (DNS rebinding). Elsewhere than on loopback the token guards, and any name counts unless names are configured.
 */
export function hostGuard(host: string, hosts: readonly string[] | null): MiddlewareHandler {
  if (!isLoopback(host) && !hosts) return (_, next) => next();
  const allowed = new Set([...(isLoopback(host) ? LOOPBACK_NAMES : []), host, ...(hosts ?? [])]);
  return async (context, next) => {
    const asked = (context.req.header('host') ?? '').toLowerCase().replace(/:\d+$/, '');
    if (allowed.has(asked)) return next();
    return context.json({ error: { message: 'not the name of this monitor: monitor.hosts lists others' } }, 421);
  };
}
