import type { MiddlewareHandler } from 'hono';

/**
 * Nothing inline, nothing evaluated, nothing from elsewhere: whatever a user wrote into a name or a site into a reason stays text.
 * Style attributes set by script (charts, the shades of the matrix) are no inline style.
 */
const CONTENT_SECURITY_POLICY = [
  ...["default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'"],
  ...["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"],
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** Sets what every answer carries. */
export const strictHeaders: MiddlewareHandler = async (context, next) => {
  await next();
  for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
  if (!context.res.headers.has('Cache-Control')) context.header('Cache-Control', 'no-store');
};

/** The page only looks: nothing but GET and HEAD, and POST to the login form. */
export const readOnly: MiddlewareHandler = async (context, next) => {
  const { method, path } = context.req;
  if (method === 'GET' || method === 'HEAD' || (method === 'POST' && path === '/login')) return next();
  return context.json({ error: { message: 'the monitor only shows: GET and HEAD' } }, 405, { Allow: 'GET, HEAD' });
};
