import { FAILURE_TYPES } from '../../contract/failure-types.ts';
import type { CrabPort, FileMetadata } from '../../ports/crab.ts';
import { PortError } from '../../ports/errors.ts';
import type { Dispatchers } from '../credentials/dispatchers.ts';
import { HttpFailure } from '../http.ts';
import { createCrabClient, type CrabClient } from './crab-client.ts';
import { fileMetadataOf } from './file-metadata.ts';
import { taskInfoOf } from './task-info.ts';

export interface CrabAdapterOptions {
  /** Base of CRAB's REST of one instance, e.g. `https://cmsweb.cern.ch/crabserver/prod`. */
  url: string;
  dispatchers: Dispatchers;
  /** Milliseconds per exchange (60 s). */
  timeoutMs?: number;
}

/** LFNs a request: they go into the URL. */
const LFNS_PER_REQUEST = 10;

/** CRAB over its REST interface. */
export function createCrabAdapter({ url, dispatchers, timeoutMs = 60_000 }: CrabAdapterOptions): CrabPort {
  const ask = createCrabClient(url, dispatchers, timeoutMs);
  const askMetadata = createMetadataQuestion(ask);
  return {
    async fileMetadata(task, lfns) {
      const found = new Map<string, FileMetadata>();
      for (let start = 0; start < lfns.length; start += LFNS_PER_REQUEST) {
        const json = await askMetadata(task, lfns.slice(start, start + LFNS_PER_REQUEST));
        for (const metadata of readable('filemetadata', () => fileMetadataOf(json))) found.set(metadata.lfn, metadata);
      }
      return found;
    },
    async taskInfo(task) {
      const json = await ask('task', new URLSearchParams({ subresource: 'search', workflow: task }));
      return readable('task', () => taskInfoOf(task, json));
    },
  };
}

/**
 * Asks for the metadata of several LFNs. They are a repeated argument by CRAB's description; its code as of 2026 wants one
 * text with commas and refuses repeated ones. Which of both a server takes is found out once.
 */
function createMetadataQuestion(ask: CrabClient): (task: string, lfns: string[]) => Promise<unknown> {
  let takesRepeated = true;
  return async (taskname, lfns) => {
    const query = (values: string[]): URLSearchParams =>
      new URLSearchParams([['taskname', taskname], ...values.map((value): [string, string] => ['lfnList', value])]);
    if (takesRepeated) {
      try {
        return await ask('filemetadata', query(lfns));
      } catch (error) {
        const isRefused = error instanceof PortError && error.type === FAILURE_TYPES.crabRefused;
        if (!isRefused || lfns.length === 1) throw error;
      }
    }
    const json = await ask('filemetadata', query([lfns.join(',')]));
    takesRepeated = false;
    return json;
  };
}

/** An answer of another shape is treated as an outage: nothing may be decided by it. */
function readable<Value>(resource: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof PortError) throw error;
    const message = `${resource}: unreadable answer: ${String(error)}`;
    throw new HttpFailure(FAILURE_TYPES.crabUnavailable, message, 200, { cause: error });
  }
}
