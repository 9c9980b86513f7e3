import { createHmac } from 'node:crypto';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { bearerOf, isSecret } from '../../web/access-token.ts';

const COOKIE = 'aso_monitor';
const SESSION_S = 12 * 3600;
/**
 * Wrong tokens in a minute, from anybody: a person mistypes less. Who has the right one is let in all the same, so that nobody can lock
 * others out; a token cannot be guessed anyway.
 */
const WRONG_A_MINUTE = 20;

/** Guards what needs the token: nothing where there is none. */
export interface Access {
  guard: MiddlewareHandler;
  /** The login form's answer. */
  login: Hono;
}

/** Access by token: `Authorization: Bearer`, or the cookie that the login form gives. The token never stands in a URL or a cookie. */
export function tokenAccess(token: string, now: () => number = Date.now): Access {
  const wrong: number[] = [];
  const isToken = (given: string): boolean => isSecret(given, token);
  const sign = (until: number): string => createHmac('sha256', token).update(`session ${until}`).digest('base64url');
  const isSession = (cookie: string): boolean => {
    const [until = '', signature = ''] = cookie.split('.');
    return Number(until) * 1000 > now() && isSecret(signature, sign(Number(until)));
  };
  const isTriedTooOften = (): boolean => {
    while (wrong[0] !== undefined && wrong[0] < now() - 60_000) wrong.shift();
    return wrong.length >= WRONG_A_MINUTE;
  };

  const guard: MiddlewareHandler = async (context, next) => {
    const bearer = bearerOf(context.req.header('authorization'));
    if (isSession(getCookie(context, COOKIE) ?? '')) return next();
    if (bearer !== undefined) {
      if (isToken(bearer)) return next();
      if (isTriedTooOften()) return tooOften(context);
      wrong.push(now());
    }
    if (context.req.path === '/') return context.redirect('/login', 303);
    return context.json({ error: { message: 'a token is needed: Authorization: Bearer, or log in' } }, 401);
  };

  const login = new Hono();
  login.post('/login', bodyLimit({ maxSize: 4_096 }), async (context) => {
    const { token: given } = await context.req.parseBody();
    if (typeof given !== 'string' || !isToken(given.trim())) {
      if (isTriedTooOften()) return tooOften(context);
      wrong.push(now());
      return context.redirect('/login?wrong', 303);
    }
    const until = Math.floor(now() / 1000) + SESSION_S;
    const secure = context.req.header('x-forwarded-proto') === 'https';
    setCookie(context, COOKIE, `${until}.${sign(until)}`, { httpOnly: true, sameSite: 'Strict', path: '/', maxAge: SESSION_S, secure }); // prettier-ignore
    return context.redirect('/', 303);
  });
  return { guard, login };
}

/** Everybody who reaches the page may look. */
export const openAccess = (): Access => ({ guard: (_, next) => next(), login: new Hono() });

const tooOften = (context: Context) =>
  context.json({ error: { message: 'too many wrong tokens: wait a minute' } }, 429, { 'Retry-After': '60' });
