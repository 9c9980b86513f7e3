import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, '../fixtures/fts3');

/** An exchange recorded at a real FTS: REST server 3.13.4 with its C++ server and `mock://` storages. */
export interface RecordedExchange {
  /** Number and what it is, e.g. `072-job-unknown`. */
  name: string;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  status: number;
  contentType: string;
  answer: string;
}

/** All of them, in the order they were made. */
export const readRecordings = (): RecordedExchange[] =>
  readdirSync(FOLDER)
    .filter((file) => file.endsWith('.http'))
    .sort()
    .map((file) => readRecording(file.slice(0, -'.http'.length)));

/** @throws where there is none of that name */
export function readRecording(name: string): RecordedExchange {
  const text = readFileSync(join(FOLDER, `${name}.http`), 'utf8').replace(/^(#.*\n)+/, '');
  const at = text.indexOf('\nHTTP/1.1 ');
  const [head = '', ...rest] = text.slice(0, at).split('\n\n');
  const [line = '', ...fields] = head.trim().split('\n');
  const [method = '', path = ''] = line.split(' ');
  const [answerHead = '', ...answerRest] = text.slice(at + 1).split('\n\n');
  return {
    ...{ name, method, path },
    headers: Object.fromEntries(fields.map((field) => field.split(/: (.*)/s, 2) as [string, string])),
    body: rest.join('\n\n').trim(),
    status: Number(answerHead.split(' ')[1]),
    contentType: /^content-type: (.*)$/im.exec(answerHead)?.[1] ?? '',
    answer: answerRest.join('\n\n').trim(),
  };
}
