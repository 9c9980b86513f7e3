import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startFtsSimulator, type FtsSimulator } from '../../src/simulators/fts3/simulator.ts';

/**
 * Replays requests recorded at a real FTS (REST server 3.13.4 with its C++ server and `mock://` storages), in order,
 * and compares status, shape and states of the answers.
 */
const FOLDER = join(import.meta.dirname, '../fixtures/fts3');

/** Where the simulator's answer still differs, and why it may. */
const DIFFERENCES: Record<string, { where: string[]; why: string }> = {
  '001-root': { where: ['_links'], why: 'links to pages the simulator does not have are left out' },
  '005-schema-submit': { where: ['status'], why: 'no page of documentation; no client asks for the schema' },
  '031-submit-duplicate-destination-in-one-job-checked': {
    where: ['message'],
    why: "the database's message without its SQL statement",
  },
  '033-submit-duplicate-destination-of-active-job-checked': {
    where: ['message'],
    why: "the database's message without its SQL statement",
  },
  '078-list-finished': {
    where: ['[1].reason', '[1].job_state'],
    why: 'the latest two jobs that are over are others: here all short ones are over by now',
  },
  '109-config-links-root': { where: ['status'], why: "an operator's page; links are set by the simulator's options" },
  '110-config-se-root': { where: ['status'], why: "an operator's page; storages are set by the simulator's options" },
};

interface Exchange {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  status: number;
  answer: string;
}

function readExchange(file: string): Exchange {
  const text = readFileSync(join(FOLDER, file), 'utf8').replace(/^(#.*\n)+/, '');
  const at = text.indexOf('\nHTTP/1.1 ');
  const [head = '', ...rest] = text.slice(0, at).split('\n\n');
  const [line = '', ...fields] = head.trim().split('\n');
  const [method = '', path = ''] = line.split(' ');
  const headers = Object.fromEntries(fields.map((field) => field.split(/: (.*)/s, 2) as [string, string]));
  const [answerHead = '', ...answerRest] = text.slice(at + 1).split('\n\n');
  const status = Number(answerHead.split(' ')[1]);
  return { method, path, headers, body: rest.join('\n\n').trim(), status, answer: answerRest.join('\n\n').trim() };
}

const recordings = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.http'))
  .sort()
  .map((file) => file.slice(0, -'.http'.length));

/** The first file id of the recorded server; ids were given in order. */
const RECORDED_FILE_ID = 8872390239;

let fts: FtsSimulator;
/** From ids of the recording to the simulator's. */
const ids = new Map<string, string>();

const translated = (text: string): string => [...ids].reduce((result, [from, to]) => result.replaceAll(from, to), text);

async function replay(exchange: Exchange): Promise<{ status: number; text: string }> {
  const hasBody = exchange.method === 'POST' || exchange.method === 'PUT';
  const answer = await fetch(fts.url + translated(exchange.path), {
    method: exchange.method,
    headers: exchange.headers,
    ...(hasBody ? { body: exchange.body } : {}),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Values that must be equal, not only of the same type. */
const COMPARED = ['job_state', 'file_state', 'http_status', 'http_message', 'status', 'message', 'reason'];

/** Where two JSON values differ in shape, or in a value that is compared. */
function differences(recorded: unknown, simulated: unknown, path = ''): string[] {
  if (recorded === null || simulated === null) return [];
  if (Array.isArray(recorded) && Array.isArray(simulated)) {
    if (recorded.length !== simulated.length)
      return differences(recorded[0] ?? null, simulated[0] ?? null, `${path}[]`);
    return recorded.flatMap((item, at) => differences(item, simulated[at], `${path}[${at}]`));
  }
  if (typeof recorded !== typeof simulated) return [path];
  if (typeof recorded !== 'object') {
    const name = path.split('.').at(-1) ?? '';
    return COMPARED.includes(name) && recorded !== simulated ? [path] : [];
  }
  const [left, right] = [recorded as Record<string, unknown>, simulated as Record<string, unknown>];
  if (Object.keys(left).sort().join() !== Object.keys(right).sort().join()) return [path];
  return Object.keys(left).flatMap((key) => differences(left[key], right[key], path ? `${path}.${key}` : key));
}

/** The recorded world's state before a recording. */
const BEFORE: Record<string, () => Promise<void>> = {
  '059-job-finished': () =>
    vi.waitFor(
      () => {
        const [ok, bad, long] = fts.jobs();
        expect([ok?.state, bad?.state]).toEqual(['FINISHED', 'FAILED']);
        expect(long?.files.map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
      },
      { timeout: 10_000, interval: 10 },
    ),
  '077-list-default': () =>
    vi.waitFor(
      () => {
        const short = fts.jobs().filter((job) => !job.files.some((file) => file.destination.includes('time=120')));
        expect(short.filter((job) => job.finishTime === null)).toEqual([]);
      },
      { timeout: 10_000, interval: 10 },
    ),
};

beforeAll(async () => {
  const dn = (name: string): string => `/O=FTS Test/CN=${name}`;
  fts = await startFtsSimulator({
    tickMs: 10,
    activePerLink: 20,
    cancelGraceMs: 60_000,
    jobMetadataLimit: 1024,
    checkDuplicates: ['othervo'],
    identities: [
      { dn: dn('alice'), vo: 'testvo' },
      { dn: dn('bob'), vo: 'othervo' },
      { dn: dn('carol'), vo: 'testvo', delegated: false },
      { dn: dn('localhost'), vo: 'testvo', root: true },
    ],
  });
});
afterAll(() => fts.close());

describe('recordings of a real FTS', () => {
  it.each(recordings)('%s', async (name) => {
    await BEFORE[name]?.();
    const exchange = readExchange(`${name}.http`);
    // The recording has only the beginning of this body.
    if (name.includes('10001-files')) exchange.body = JSON.stringify({ files: manyFiles(10_001) });
    const { status, text } = await replay(exchange);

    const { where: expected = [] } = DIFFERENCES[name] ?? {};
    const found = status === exchange.status ? [] : ['status'];
    if (found.length === 0 && exchange.answer) {
      const recorded: unknown = JSON.parse(translated(exchange.answer));
      found.push(...differences(recorded, JSON.parse(text)));
    }
    expect(found).toEqual(expected);
    learnIds(exchange, text);
  });
});

function manyFiles(count: number): object[] {
  const url = (host: string, at: number): string => `mock://${host}.example/many${at}?size=1024&size_post=1024&time=0`;
  return Array.from({ length: count }, (_, at) => ({ sources: [url('src', at)], destinations: [url('dst', at)] }));
}

function learnIds(exchange: Exchange, text: string): void {
  if (exchange.path !== '/jobs' || exchange.status !== 200 || !exchange.body) return;
  const [from, to] = [exchange.answer, text].map((answer) => (JSON.parse(answer) as { job_id: string }).job_id);
  if (!from || !to) return;
  ids.set(from, to);
  const files = fts.jobs().flatMap((job) => job.files);
  if (files.length < 10) files.forEach((file, at) => ids.set(String(RECORDED_FILE_ID + at), String(file.fileId)));
}
