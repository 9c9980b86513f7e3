import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import proto from '@temporalio/proto';

export type History = proto.temporal.api.history.v1.IHistory;

/** One recorded run; the file's name is `<scenario>-<workflow type>-<number>.bin`. */
export interface RecordedRun {
  workflowId: string;
  type: string;
  history: History;
}

/** A folder per version of the workflow code that wrote them: `current`, and each release that may still have open executions. */
export const HISTORIES = new URL('../fixtures/histories/', import.meta.url);

/** The versions, `current` among them. */
export const recordedVersions = (): string[] =>
  readdirSync(HISTORIES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();

/** The histories that the workflow code of a version wrote (scripts/record-histories.ts). */
export function recordedRuns(version: string): RecordedRun[] {
  const folder = new URL(`${version}/`, HISTORIES);
  const names = readdirSync(folder).filter((name) => name.endsWith('.bin'));
  return names.map((name) => ({
    workflowId: name,
    type: name.split('-')[1] ?? '',
    history: proto.temporal.api.history.v1.History.decode(gunzipSync(readFileSync(new URL(name, folder)))),
  }));
}
