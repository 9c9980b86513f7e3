import { describe, expect, it, test } from 'vitest';
import { TaskNotFoundError } from '../../src/client/index.ts';
import { tokenAccess, openAccess, type Access } from '../../src/monitor/server/access.ts';
import { ownHistory } from '../../src/monitor/server/api.ts';
import { createApp } from '../../src/monitor/server/app.ts';
import { TemporalUi } from '../../src/monitor/server/temporal-ui.ts';
import { Database } from '../../src/monitor/store/database.ts';
import { History } from '../../src/monitor/store/history.ts';
import { Names } from '../../src/monitor/store/names.ts';
import { Standing } from '../../src/monitor/store/standing.ts';

const TOKEN = 'the-token-of-this-test-42';
const LOCAL = { host: 'localhost:8089' };

function appWith({ access = openAccess(), host = '127.0.0.1', hosts = null as string[] | null } = {}) {
  const database = new Database(':memory:');
  const names = new Names(database);
  const history = new History(database, names, 2);
  return createApp({
    ...{ history, standing: new Standing(database, names), series: ownHistory(history), access, host, hosts },
    ui: new TemporalUi('https://temporal.example', 'cms aso'),
    findFiles: (task) => Promise.reject(new TaskNotFoundError(`there is no task ${task}`)),
    findStuck: () => Promise.resolve({ at: 0, stuck: [] }),
    adviceFor: () => 'wait',
    state: () => ({ interval: 30, isWriter: true, namespace: 'cms aso', release: 'test' }),
    onError: (error) => expect.unreachable(String(error)),
  });
}
const messageOf = async (answer: Response) =>
  ((await answer.json()) as { error: { field?: string; message: string } }).error;

describe('metrics', () => {
  test('are for whoever has the token, and come with their explanations', async () => {
    const app = appWith({ access: tokenAccess(TOKEN) });
    expect((await app.request('/metrics', { headers: LOCAL })).status).toBe(401);
    const answer = await app.request('/metrics', { headers: { ...LOCAL, authorization: `Bearer ${TOKEN}` } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
  });
});

describe('answers', () => {
  const app = appWith();

  test.each(['/', '/login', '/assets/main.js', '/api/v1/state', '/nowhere'])(
    'carry strict headers: %s',
    async (path) => {
      const { headers } = await app.request(path, { headers: LOCAL });
      const policy = headers.get('content-security-policy') ?? '';
      expect(policy).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(policy).not.toMatch(/unsafe|\*|http/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    },
  );

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('refuse %s', async (method) => {
    expect((await app.request('/api/v1/state', { method, headers: LOCAL })).status).toBe(405);
  });

  it('are sent again only when they have changed, and echarts never', async () => {
    const page = await (await app.request('/', { headers: LOCAL })).text();
    const echarts = /src="(\/assets\/echarts-[\d.]+\.js)"/.exec(page)?.[1] ?? '';
    expect((await app.request(echarts, { headers: LOCAL })).headers.get('cache-control')).toContain('immutable');
    const first = await app.request('/assets/main.js', { headers: LOCAL });
    const etag = first.headers.get('etag') ?? '';
    const again = await app.request('/assets/main.js', { headers: { ...LOCAL, 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const zipped = await app.request(echarts, { headers: { ...LOCAL, 'accept-encoding': 'gzip, br' } });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect((await zipped.arrayBuffer()).byteLength).toBeLessThan(300_000);
  });

  it('name no file but those of the page', async () => {
    for (const path of [
      '/assets/..%2f..%2fpackage.json',
      '/assets/index.html',
      '/assets/%2fetc%2fpasswd',
      '/package.json',
    ])
      expect((await app.request(path, { headers: LOCAL })).status, path).toBe(404);
  });
});

describe('parameters', () => {
  const app = appWith();
  test.each([
    ['series?from=yesterday', 'from', 'must be epoch seconds or an ISO 8601 time'],
    ['series?from=2026-13-40', 'from', 'must be epoch seconds'],
    ['series?from=20&to=10', 'from', 'must be before to'],
    ['series?from=0&to=1700000000', 'from', 'at most 366 days'],
    ['series?to=99999999999', 'to', 'not be more than a day ahead'],
    ['tasks?limit=0', 'limit', 'a whole number from 1 to 1000'],
    ['files', 'task', 'must be given'],
    ['files?task=x&state=LOST', 'state', 'must be one of NEW, SUBMITTED'],
    ['tasks?user=', 'user', '1 to 500 printable characters'],
    ['tasks?user=a%00b', 'user', 'printable'],
    ['tasks?user=a&user=b', 'user', 'must be given once'],
    ['links?user=alice', 'user', 'is no parameter of this request'],
    ['state?x=1', 'x', 'is no parameter of this request'],
  ])('%s: the error names %s', async (path, field, rule) => {
    const answer = await app.request(`/api/v1/${path}`, { headers: LOCAL });
    expect(answer.status).toBe(400);
    const error = await messageOf(answer);
    expect(error).toMatchObject({ field });
    expect(error.message).toContain(rule);
  });

  it('may name what nobody has ever seen', async () => {
    for (const path of [
      'series?user=%27%3B%20DROP%20TABLE%20points',
      'links?source=T2_X',
      'failures?task=none',
      'tasks?destination=T2_X',
    ])
      expect((await app.request(`/api/v1/${path}`, { headers: LOCAL })).status, path).toBe(200);
    expect((await app.request('/api/v1/files?task=none', { headers: LOCAL })).status).toBe(404);
  });
});

describe('who may look', () => {
  it('is whoever asks this machine for itself, on loopback', async () => {
    const app = appWith({ hosts: ['monitor.example'] });
    for (const host of ['localhost:8089', '127.0.0.1', '[::1]:8089', 'monitor.example'])
      expect((await app.request('/api/v1/state', { headers: { host } })).status, host).toBe(200);
    for (const host of ['evil.example', 'localhost.evil.example:8089', ''])
      expect((await app.request('/api/v1/state', { headers: { host } })).status, host).toBe(421);
  });

  const session = async (access: Access, token: string) => {
    const body = new URLSearchParams({ token }).toString();
    const headers = { ...LOCAL, 'content-type': 'application/x-www-form-urlencoded' };
    return appWith({ access }).request('/login', { method: 'POST', body, headers });
  };

  it('is who has the token, elsewhere', async () => {
    const access = tokenAccess(TOKEN);
    const app = appWith({ access, host: '0.0.0.0' });
    const status = async (headers: Record<string, string>, path = '/api/v1/state') =>
      (await app.request(path, { headers })).status;
    expect(await status({})).toBe(401);
    expect(await status({}, '/')).toBe(303);
    expect(await status({}, '/login')).toBe(200);
    expect(await status({ authorization: `Bearer ${TOKEN}` })).toBe(200);
    expect(await status({ authorization: `Bearer ${TOKEN}x` })).toBe(401);
    expect(await status({}, `/api/v1/state?token=${TOKEN}`)).toBe(401);
    const answer = await session(access, TOKEN);
    const cookie = answer.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/^aso_monitor=\d+\.[\w-]+; .*HttpOnly; SameSite=Strict$/);
    expect(cookie).not.toContain(TOKEN);
    const [value = ''] = cookie.split(';');
    expect(await status({ cookie: value })).toBe(200);
    expect(await status({ cookie: value.replace(/=\d/, '=9') })).toBe(401);
  });

  it('is nobody whose session is over, and nobody who guesses', async () => {
    let now = Date.now();
    const access = tokenAccess(TOKEN, () => now);
    const [cookie = ''] = ((await session(access, TOKEN)).headers.get('set-cookie') ?? '').split(';');
    const app = appWith({ access });
    expect((await app.request('/api/v1/state', { headers: { ...LOCAL, cookie } })).status).toBe(200);
    now += 12 * 3600_000 + 1000;
    expect((await app.request('/api/v1/state', { headers: { ...LOCAL, cookie } })).status).toBe(401);
    for (let guess = 0; guess < 20; guess++)
      expect((await session(access, `guess ${guess}`)).headers.get('location')).toBe('/login?wrong');
    expect((await session(access, 'guess 21')).status).toBe(429);
    expect((await session(access, TOKEN)).headers.get('location')).toBe('/');
    now += 60_001;
    expect((await session(access, 'guess 22')).headers.get('location')).toBe('/login?wrong');
  });
});

describe("lists in Temporal's pages", () => {
  const ui = new TemporalUi('https://temporal.example', 'cms aso');
  const query = (url: string) => new URL(url).searchParams.get('query');

  it('have the whole filter in their address, whatever stands in a name', () => {
    expect(ui.openTasks()).toMatch(/^https:\/\/temporal\.example\/namespaces\/cms%20aso\/workflows\?query=/);
    expect(query(ui.openBatches({ source: 'T2_A', destination: "it's" }))).toBe(
      "WorkflowType = 'transferBatch' AND ExecutionStatus = 'Running' AND AsoSource = 'T2_A' AND AsoDestination = 'it\\'s'",
    );
    expect(query(ui.failures('space', { user: 'a&b=c' }))).toBe("AsoFailureClass = 'space' AND AsoUser = 'a&b=c'");
    expect(query(ui.batchesBetween({ user: 'u' }, 0, 3600))).toContain("CloseTime >= '1970-01-01T00:00:00.000Z'");
  });
});
