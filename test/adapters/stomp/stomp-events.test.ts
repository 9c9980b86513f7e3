import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { createTrustAnchors } from '../../../src/adapters/credentials/trust-anchors.ts';
import { createStompEvents, type StompEventsOptions } from '../../../src/adapters/stomp/stomp-events.ts';
import type { FtsEvent } from '../../../src/ports/fts-events.ts';
import { createSimulatedPki, type SimulatedPki } from '../../../src/simulators/pki/simulated-pki.ts';
import { StompBroker, type BrokerOptions } from '../../../src/simulators/stomp/broker.ts';

const TOPIC = '/topic/transfer.fts_monitoring_complete';
const body = (task: string): string => `${JSON.stringify({ job_metadata: { issuer: 'ASO', task, batch: 7 } })} `;
const TASK = '261122_060000:jdoe_crab_test';

let folder: string;
let pki: SimulatedPki;
const undos: (() => Promise<unknown>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'aso-stomp-'));
  pki = await createSimulatedPki(folder, ['alice']);
});
afterEach(async () => {
  for (let undo = undos.pop(); undo; undo = undos.pop()) await undo();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function startBroker(options: BrokerOptions = {}): Promise<StompBroker> {
  const broker = await StompBroker.start(options);
  undos.push(() => broker.close());
  return broker;
}

/** Listens, and tells what is heard and what is wrong. */
function listen(url: string, options: Partial<StompEventsOptions> = {}): { heard: FtsEvent[]; problems: string[] } {
  const [heard, problems]: [FtsEvent[], string[]] = [[], []];
  const events = createStompEvents({
    brokers: [url],
    destinations: [TOPIC],
    trust: createTrustAnchors({ path: pki.trust }),
    loginFile: null,
    certificateFile: null,
    onProblem: (problem) => problems.push(problem),
    ...options,
    times: { reconnect: 50, reconnectMax: 200, heartBeat: 10_000, patience: 5_000, ...options.times },
  });
  const listening = events.listen((event) => heard.push(event));
  undos.push(() => listening.close());
  return { heard, problems };
}

const subscribed = (broker: StompBroker, count = 1) =>
  expect.poll(() => broker.subscriptions(TOPIC), { timeout: 10_000 }).toBe(count);

async function fileOf(name: string, content: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

it('hears what is sent to its destinations, and nothing else', async () => {
  const broker = await startBroker();
  const { heard, problems } = listen(broker.url);
  await subscribed(broker);
  broker.publish('/topic/other', body(TASK));
  broker.publish(TOPIC, body('of another tool'));
  broker.publish(TOPIC, 'ASO: \u0000 not JSON, with a NUL in it');
  broker.publish(TOPIC, body(TASK));
  await expect.poll(() => heard).toEqual([{ task: TASK, batch: 7 }]);
  expect(problems).toEqual([]);
});

it('speaks TLS, as the user of a file and with a certificate', async () => {
  const user = { login: 'aso', passcode: 'pa:ss\\word' };
  const broker = await startBroker({ tls: pki.server, user });
  const { heard, problems } = listen(broker.url, {
    loginFile: await fileOf('login', `${user.login}\n${user.passcode}\n`),
    certificateFile: join(pki.credentials, 'alice', 'proxy.pem'),
  });
  await subscribed(broker);
  broker.publish(TOPIC, body(TASK));
  await expect.poll(() => heard).toHaveLength(1);
  expect(problems).toEqual([]);
});

it('does not talk to a broker of an unknown authority', async () => {
  const broker = await startBroker({ tls: pki.server });
  const { problems } = listen(broker.url, { trust: createTrustAnchors({ path: null }) });
  await expect.poll(() => problems, { timeout: 10_000 }).toEqual([expect.stringMatching(/self-signed|unable to/)]);
  expect(broker.subscriptions(TOPIC)).toBe(0);
});

it('says once that it is refused, without user and password, and comes in once the file is right', async () => {
  const broker = await startBroker({ user: { login: 'asouser', passcode: 'right' } });
  const loginFile = await fileOf('wrong', 'asouser\nsecret1\n');
  const { problems } = listen(broker.url, { loginFile });
  await expect.poll(() => problems, { timeout: 10_000 }).toHaveLength(1);
  expect(problems[0]).toMatch(/^no messages of FTS from stomp:.*password is invalid/);
  expect(problems[0]).not.toMatch(/secret1|asouser/);
  await writeFile(loginFile, 'asouser\nright\n');
  await subscribed(broker);
});

it('names a login file that cannot be used, and nothing of what is in it', async () => {
  const broker = await startBroker();
  const { problems } = listen(broker.url, { loginFile: await fileOf('one-line', 'onlyuser') });
  await expect.poll(() => problems).toHaveLength(1);
  expect(problems[0]).toMatch(/one-line \(ftsEvents\.loginFile\) must have two lines/);
  expect(problems[0]).not.toContain('onlyuser');
});

it('listens to every broker, and to each again when it comes back', async () => {
  const [one, other] = [await startBroker(), await startBroker()];
  const { heard, problems } = listen('', { brokers: [one.url, other.url] });
  await subscribed(one);
  await subscribed(other);
  await one.restart(() =>
    expect.poll(() => problems, { timeout: 10_000 }).toEqual([expect.stringMatching(/ECONNREFUSED/)]),
  );
  other.publish(TOPIC, body(TASK));
  await expect.poll(() => heard).toHaveLength(1);
  await subscribed(one);
  one.publish(TOPIC, body(TASK));
  await expect.poll(() => heard).toHaveLength(2);
});

/** A server that says these words, and then holds its tongue. Counts connections. */
async function startFake(greeting: string | Buffer): Promise<{ url: string; connections: () => number }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket.on('error', () => undefined));
    socket.write(greeting);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  undos.push(async () => {
    for (const socket of sockets) socket.destroy();
    await once(server.close(), 'close');
  });
  return { url: `stomp://127.0.0.1:${(server.address() as AddressInfo).port}`, connections: () => connections };
}

it.each([
  ['says nothing', 300, '', /no answer within 0.3 s/],
  ['has no heart-beat left', 5_000, 'CONNECTED\nversion:1.2\nheart-beat:100,100\n\n\0', /heart-beats have stopped/],
  [
    'never ends a frame',
    5_000,
    Buffer.concat([Buffer.from('MESSAGE\n\n'), Buffer.alloc(2 ** 21, 0x61)]),
    /a frame of over/,
  ],
])('leaves a broker that %s, and tries again', async (_, patience, greeting, problem) => {
  const fake = await startFake(greeting);
  const { problems } = listen(fake.url, { times: { heartBeat: 100, patience } });
  await expect.poll(() => fake.connections(), { timeout: 10_000 }).toBeGreaterThan(2);
  expect(problems).toEqual([expect.stringMatching(problem)]);
});
