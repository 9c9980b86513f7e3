import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, vi } from 'vitest';
import { startFtsSimulator, type FtsSimulator, type FtsSimulatorOptions } from '../../src/simulators/fts3/simulator.ts';
import { startStorageSimulator, type StorageSimulator } from '../../src/simulators/storage/storage-simulator.ts';

export interface Answer<Body> {
  status: number;
  headers: Headers;
  text: string;
  /** Undefined where the answer is not JSON. */
  body: Body;
}

/** The parts of FTS's files that tests look at one by one. */
export interface WireFile {
  file_id: number;
  file_state: string;
  reason: string | null;
  finish_time: string | null;
  throughput: number | null;
}

/** `expect.any` for use within an object. */
export const aNumber = expect.any(Number) as number;
export const aString = expect.any(String) as string;

export interface Fts extends FtsSimulator {
  ask<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>;
  /** Submits and tells the job id. */
  submit(files: object[], params?: object): Promise<string>;
  /** Waits until a job of the books has one of the states. */
  until(jobId: string, ...states: string[]): Promise<void>;
}

/** A simulator that ticks every 10 ms and ends with the test. */
export async function startFts(options: FtsSimulatorOptions = {}): Promise<Fts> {
  const simulator = await startFtsSimulator({ tickMs: 10, ...options });
  onTestFinished(() => simulator.close());
  const ask = async <Body>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> => {
    const answer = await fetch(simulator.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: (isJson ? JSON.parse(text) : undefined) as Body,
    };
  };
  return {
    ...simulator,
    ask,
    submit: async (files, params = {}) =>
      (await ask<{ job_id: string }>('POST', '/jobs', { files, params })).body.job_id,
    until: (jobId, ...states) =>
      vi.waitFor(
        () => {
          const state = simulator.job(jobId)?.state ?? 'unknown';
          if (!states.includes(state)) throw new Error(`job ${jobId} is ${state}`);
        },
        { timeout: 10_000, interval: 5 },
      ),
  };
}

/** Waits until a condition of the world holds. */
export async function eventually(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await condition())) throw new Error(`never happened: ${what}`);
    },
    { timeout: 10_000, interval: 5 },
  );
}

/** A storage simulator in a folder of its own that ends with the test. */
export async function startStorage(): Promise<StorageSimulator> {
  const root = await mkdtemp(join(tmpdir(), 'fts3-test-'));
  const storage = await startStorageSimulator({ root });
  onTestFinished(async () => {
    await storage.close();
    await rm(root, { recursive: true, force: true });
  });
  return storage;
}

/** Opens `davs://<site>.example/store/...` at a storage simulator's `/<SITE>/store/...`. */
export const atStorage =
  (storage: StorageSimulator) =>
  (pfn: string): string =>
    pfn.replace(/^davs:\/\/([a-z0-9_]+)\.example/, (_, site: string) => `${storage.url}/${site.toUpperCase()}`);

export const davs = (site: string, name: string): string => `davs://${site.toLowerCase()}.example/store/${name}`;

/** A file of a submission, from T2_A to T2_B. */
export const fileOf = (name: string, extra: object = {}): object => ({
  sources: [davs('T2_A', name)],
  destinations: [davs('T2_B', name)],
  ...extra,
});
