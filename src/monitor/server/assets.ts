import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { Hono, type Context } from 'hono';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** What the page consists of, besides echarts. */
const PAGE_FILES = [
  ...['index.html', 'login.html', 'style.css', 'icon.svg', 'main.js', 'api.js', 'charts.js', 'dom.js', 'format.js'],
  ...[
    'matrix.js',
    'ranges.js',
    'route.js',
    'tables.js',
    'theme.js',
    'columns.js',
    'overview.js',
    'panels.js',
    'task-view.js',
    'files-view.js',
    'stuck-view.js',
  ],
] as const;

/** Read again by the browser at every load, but sent only when it has changed: a new release has the same names. */
const REVALIDATE = 'private, no-cache';
/** Under a path with its own version. */
const FOREVER = 'public, max-age=31536000, immutable';

interface Asset {
  body: Buffer<ArrayBuffer>;
  zipped: Buffer<ArrayBuffer>;
  type: string;
  etag: string;
  cache: string;
}

/** Routes of the page's own files: all are read once, so that no request names a path of this machine. */
export function assetRoutes(): {
  assets: Hono;
  index: (context: Context) => Response;
  login: (context: Context) => Response;
} {
  const page = new Map<string, Asset>();
  for (const name of PAGE_FILES)
    page.set(name, readAsset(new URL(`../page/${name}`, import.meta.url), name, REVALIDATE));
  const require = createRequire(import.meta.url);
  const { version } = require('echarts/package.json') as { version: string };
  const echarts = readAsset(require.resolve('echarts/dist/echarts.common.min.js'), 'echarts.js', FOREVER);
  const index = page.get('index.html');
  const login = page.get('login.html');
  if (!index || !login) throw new Error('the page is incomplete');
  // Named by its version, so that it may be kept for good.
  index.body = Buffer.from(index.body.toString().replace('/echarts.js', `/echarts-${version}.js`));
  Object.assign(index, zippedWithTag(index.body));

  const assets = new Hono();
  assets.get(`/assets/echarts-${version}.js`, (context) => send(context, echarts));
  assets.get('/assets/:name', (context) => {
    const asset = page.get(context.req.param('name'));
    return asset && asset !== index && asset !== login ? send(context, asset) : context.notFound();
  });
  return { assets, index: (context) => send(context, index), login: (context) => send(context, login) };
}

function readAsset(path: string | URL, name: string, cache: string): Asset {
  const body = readFileSync(path);
  const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
  return { body, type, cache, ...zippedWithTag(body) };
}

const zippedWithTag = (body: Buffer): Pick<Asset, 'zipped' | 'etag'> => ({
  zipped: gzipSync(body),
  etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 20)}"`,
});

function send(context: Context, { body, zipped, type, etag, cache }: Asset): Response {
  const headers = { 'Content-Type': type, ETag: etag, 'Cache-Control': cache, Vary: 'Accept-Encoding' };
  if (context.req.header('if-none-match') === etag) return context.body(null, 304, headers);
  const takesGzip = /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
  return takesGzip
    ? context.body(zipped, 200, { ...headers, 'Content-Encoding': 'gzip' })
    : context.body(body, 200, headers);
}
