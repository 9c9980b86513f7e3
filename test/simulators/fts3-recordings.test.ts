import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startFtsSimulator, type FtsSimulator } from '../../src/simulators/fts3/simulator.ts';
import { readRecordings, type RecordedExchange } from '../support/fts-recordings.ts';

/**
 * Replays the requests recorded at a real FTS, in order, and compares what the simulator answers: status, content type,
 * shape, and every value that is not of the machine or the moment.
 */

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
  '077-list-default': {
    where: ['length', '[].job_id'],
    why: 'FTS had not started eight of the small jobs yet; here all short ones are over by now',
  },
  '078-list-finished': {
    where: [
      ...['[0].job_id', '[0].priority'],
      ...['[1].dest_se', '[1].job_id', '[1].job_state', '[1].reason', '[1].source_se'],
    ],
    why: 'the latest two jobs that are over are others',
  },
  '080-list-fields': { where: ['[0].job_id', '[1].job_id'], why: 'the latest two jobs that are over are others' },
  '099-cancel-all-vo-root': {
    where: ['affected_files'],
    why: 'some of the 10 001 copies have ended before: they are fast',
  },
  '109-config-links-root': { where: ['status'], why: "an operator's page; links are set by the simulator's options" },
  '110-config-se-root': { where: ['status'], why: "an operator's page; storages are set by the simulator's options" },
};

/** Values of the moment, of the machine, or drawn by lot: only their type is compared. */
const CHANCE =
  /^(submit_time|start_time|finish_time|job_finished|datetime|termination_time|tx_duration|throughput|hashed_id|pid|log_file|submit_host|transfer_host|internal_file_params)$/;

const recordings = readRecordings();

/** The first file id of the recorded server; ids were given in order. */
const RECORDED_FILE_ID = 8872390239;

let fts: FtsSimulator;
/** From ids of the recording to the simulator's. */
const ids = new Map<string, string>();

const translated = (text: string): string => [...ids].reduce((result, [from, to]) => result.replaceAll(from, to), text);

type Answer = Pick<RecordedExchange, 'status' | 'contentType' | 'answer'>;

async function replay({ method, path, headers, body }: RecordedExchange): Promise<Answer> {
  const hasBody = method === 'POST' || method === 'PUT';
  const response = await fetch(fts.url + translated(path), { method, headers, ...(hasBody ? { body } : {}) });
  const contentType = response.headers.get('content-type') ?? '';
  return { status: response.status, contentType, answer: await response.text() };
}

/** Where two answers differ; of those with another status, only that. */
function compare(recorded: Answer, simulated: Answer): string[] {
  if (recorded.status !== simulated.status) return ['status'];
  if (recorded.contentType !== simulated.contentType) return ['content type'];
  if (!recorded.answer || !simulated.answer) return recorded.answer === simulated.answer ? [] : ['body'];
  return differences(JSON.parse(translated(recorded.answer)), JSON.parse(simulated.answer));
}

/** Where two JSON values differ, in shape or in a value that is not left to chance. */
function differences(recorded: unknown, simulated: unknown, path = ''): string[] {
  if (Array.isArray(recorded) && Array.isArray(simulated)) {
    if (recorded.length === simulated.length) {
      return recorded.flatMap((item, at) => differences(item, simulated[at], `${path}[${at}]`));
    }
    return [`${path}length`, ...differences(recorded[0], simulated[0], `${path}[]`)];
  }
  if (isObject(recorded) && isObject(simulated)) {
    if (Object.keys(recorded).sort().join() !== Object.keys(simulated).sort().join()) return [path];
    const keys = Object.keys(recorded).sort();
    return keys.flatMap((key) => differences(recorded[key], simulated[key], path ? `${path}.${key}` : key));
  }
  const kind = (value: unknown): string => (value === null ? 'null' : typeof value);
  if (kind(recorded) !== kind(simulated)) return [path];
  return recorded === simulated || CHANCE.test(path.split('.').at(-1) ?? '') ? [] : [path];
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

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
  '099-cancel-all-vo-root': () =>
    vi.waitFor(() => expect(fts.jobs().at(-1)?.files[0]?.finishTime).toEqual(expect.any(Number)), {
      timeout: 10_000,
      interval: 1,
    }),
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
  it.each(recordings)('$name', async (exchange) => {
    await BEFORE[exchange.name]?.();
    // The recording has only the beginning of this body.
    const body = exchange.name.includes('10001-files') ? JSON.stringify({ files: manyFiles(10_001) }) : exchange.body;
    const simulated = await replay({ ...exchange, body });
    learnIds(exchange, simulated);
    expect(compare(exchange, simulated)).toEqual(DIFFERENCES[exchange.name]?.where ?? []);
  });

  it('are all there, and so are those that differ', () => {
    expect(recordings).toHaveLength(110);
    const names = recordings.map(({ name }) => name);
    expect(Object.keys(DIFFERENCES).filter((name) => !names.includes(name))).toEqual([]);
    const different = Object.values(DIFFERENCES).map(({ where, why }) => `  ${where.join(', ')}: ${why}`);
    const same = recordings.length - different.length;
    console.log(
      [`${same} of ${recordings.length} recorded answers of FTS are ours too, but for:`, ...different].join('\n'),
    );
  });
});

function manyFiles(count: number): object[] {
  const url = (host: string, at: number): string => `mock://${host}.example/many${at}?size=1024&size_post=1024&time=0`;
  return Array.from({ length: count }, (_, at) => ({ sources: [url('src', at)], destinations: [url('dst', at)] }));
}

/** From the answer to a submission on, its ids are known under the simulator's names. */
function learnIds(exchange: RecordedExchange, { answer }: Answer): void {
  if (exchange.path !== '/jobs' || exchange.status !== 200 || !exchange.body) return;
  const [from, to] = [exchange.answer, answer].map((text) => (JSON.parse(text) as { job_id: string }).job_id);
  if (!from || !to) return;
  ids.set(from, to);
  const files = fts.jobs().flatMap((job) => job.files);
  if (files.length < 10) files.forEach((file, at) => ids.set(String(RECORDED_FILE_ID + at), String(file.fileId)));
}
