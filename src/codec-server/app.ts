import type { Payload, PayloadCodec } from '@temporalio/common';
import { Hono, type Context, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { bearerOf } from '../web/access-token.ts';
import type { Access } from './access.ts';
import { page } from './page.ts';
import { BadBodyError, fromJson, toJson } from './payload-json.ts';

export interface CodecAppOptions {
  /** As a data converter has them: encoding goes through them in order. */
  codecs: readonly PayloadCodec[];
  /** Null: everybody who reaches it may decode. */
  access: Access | null;
  /** Where the UI is served: pages of other origins get nothing. */
  origins: readonly string[];
  /** Requests for another namespace are refused. */
  namespace: string;
  /** The browser sends the cookie over TLS only. */
  secureCookie: boolean;
  /** Told of each request, never of payloads. */
  log: (request: { path: string; status: number; payloads?: number; why?: string }) => void;
}

/** What a page of history comes to as base64: Temporal's own messages end at 4 MiB. */
const MAX_BODY_BYTES = 8 * 1024 * 1024;
const COOKIE = 'aso_codec';
const COOKIE_SECONDS = 12 * 3600;

/** Failures whose message is for whoever asked. */
const FORESEEN = new Set(['BadBodyError', 'PayloadKeyError', 'CompressedPayloadError']);

/** Temporal's remote codec protocol: `POST /encode` and `POST /decode` of payloads as JSON, with `X-Namespace`. */
export function createCodecApp(options: CodecAppOptions): Hono {
  const { codecs, access, origins, secureCookie, log } = options;
  const app = new Hono();
  app.use(secureHeaders({ contentSecurityPolicy: { defaultSrc: ["'none'"], styleSrc: ["'unsafe-inline'"], formAction: ["'self'"] } })); // prettier-ignore
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: (c) => refuse(c, 413, `at most ${MAX_BODY_BYTES} bytes`) }));
  const protocol = [
    cors({ origin: [...origins], credentials: true, allowMethods: ['POST'], maxAge: 600 }),
    guard(options),
  ] as const;
  app.post('/encode', ...protocol, (c) => convert(c, codecs, (codec, payloads) => codec.encode(payloads)));
  app.post('/decode', ...protocol, (c) => convert(c, codecs.toReversed(), (codec, payloads) => codec.decode(payloads)));
  app.options('/:way{encode|decode}', protocol[0]);
  app.get('/', (c) => c.html(page(access === null || access.isCookie(getCookie(c, COOKIE)))));
  app.post('/login', async (c) => {
    const { token } = await c.req.parseBody();
    if (access && !(typeof token === 'string' && access.isToken(token.trim()))) {
      log({ path: '/login', status: 401, why: 'not the token' });
      return c.html(page(false, true), 401);
    }
    if (access)
      setCookie(c, COOKIE, access.cookie, {
        ...{ httpOnly: true, sameSite: 'Strict', secure: secureCookie, path: '/', maxAge: COOKIE_SECONDS },
      });
    return c.redirect('/', 303);
  });
  app.onError((error, c) => {
    const isForeseen = FORESEEN.has(error.name);
    log({ path: c.req.path, status: isForeseen ? 400 : 500, why: error.name });
    // What nobody foresaw may quote what was sent.
    return isForeseen ? refuse(c, 400, error.message) : refuse(c, 500, 'unexpected');
  });
  return app;

  async function convert(
    c: Context,
    ordered: readonly PayloadCodec[],
    step: (codec: PayloadCodec, payloads: Payload[]) => Promise<Payload[]>,
  ): Promise<Response> {
    const body: unknown = await c.req.json().catch(() => {
      throw new BadBodyError('the body must be JSON');
    });
    let payloads = fromJson(body);
    for (const codec of ordered) payloads = await step(codec, payloads);
    log({ path: c.req.path, status: 200, payloads: payloads.length });
    return c.json(toJson(payloads));
  }
}

/** Lets only those through who may: from a page of the UI or from no page at all, with the token or the cookie, for our namespace. */
function guard({ access, origins, namespace, log }: CodecAppOptions): MiddlewareHandler {
  return async (c, next) => {
    const stop = (status: 401 | 403, why: string): Response => {
      log({ path: c.req.path, status, why });
      return refuse(c, status, why);
    };
    const origin = c.req.header('Origin');
    if (origin !== undefined && !origins.includes(origin)) return stop(403, 'not from a page of this origin');
    const bearer = bearerOf(c.req.header('Authorization'));
    const isKnown = access === null || (bearer !== undefined && access.isToken(bearer));
    if (!isKnown && !access.isCookie(getCookie(c, COOKIE))) {
      c.header('WWW-Authenticate', 'Bearer');
      return stop(401, "the codec server's token is needed: as a bearer token, or by signing in at its own page");
    }
    if ((c.req.header('X-Namespace') ?? namespace) !== namespace) return stop(403, 'not for this namespace');
    return next();
  };
}

const refuse = (c: Context, status: 400 | 401 | 403 | 413 | 500, message: string): Response =>
  c.json({ message }, status);
