import { lastClass, type BatchFile } from '../batch/batch-file.ts';
import type { BatchState } from '../batch/batch-state.ts';
import { nextLookAt } from '../batch/settling.ts';
import { ruleOf } from '../failure-classes.ts';
import { utcTime } from '../utc-time.ts';
import { code, counted, countsText, table, waitsLines } from './markdown.ts';

/** Where FTS's web monitoring shows a job to people, beside its REST interface at 8446: as its servers are set up by default. */
const MONITORING_PORT = 8449;

/** A batch for people, in Markdown: its files by state, its FTS job, what it waits for and what failed. */
export function batchDetails(state: BatchState): string {
  const files = [...state.files.values()];
  const [first] = files;
  const link = first ? `${code(first.record.source)} → ${code(first.record.destination)}: ` : '';
  return [
    `${link}${counted(files.length, 'file')}, attempt ${state.attempt}`,
    '',
    `Transfer: ${countsText(countBy(files, ({ transfer }) => transfer))}.`,
    `Publication: ${countsText(countBy(files, ({ publication }) => publication))}.`,
    ...ftsLine(state),
    ...waitsLines(waitsOf(state, files)),
    ...table(['failure', 'files', 'what it means', 'the last one'], failureRows(files)),
  ].join('\n');
}

function ftsLine({ target, ftsJobId, submittedAt }: BatchState): string[] {
  if (!target) return [];
  const host = target.server.replace(/:\d+$/, '');
  if (ftsJobId === null) return ['', `FTS: ${code(target.server)}`];
  // Its id is made here, of hexadecimal digits; a server's address is an operator's or a site's.
  const address = /^https:\/\/[\w.-]+$/.test(host) ? `${host}:${MONITORING_PORT}/fts3/ftsmon/#/job/${ftsJobId}` : null;
  const job = address ? `[${ftsJobId}](${address})` : code(ftsJobId);
  return ['', `FTS job ${job} at ${code(target.server)} since ${utcTime(submittedAt)}`];
}

function waitsOf(state: BatchState, files: BatchFile[]): string[] {
  const waits: string[] = [];
  const sent = state.list('sent').length;
  if (sent > 0) waits.push(`FTS: ${counted(sent, 'copy', 'copies')} under way`);
  const killed = files.filter(({ transfer }) => transfer === 'KILL').length;
  if (killed > 0) waits.push(`FTS to confirm that ${counted(killed, 'copy', 'copies')} stopped`);
  for (const [reason, count] of Object.entries(
    countBy(files, ({ transfer, heldReason }) => (transfer === 'HELD' ? (heldReason ?? '') : null)),
  ))
    // prettier-ignore
    waits.push(`${counted(count, 'file')} HELD: ${code(reason, 300)}`);
  const next = state.nextAttemptAt();
  if (next !== null && state.slot === 'wanted') waits.push('a turn at FTS');
  else if (next !== null) waits.push(`the next attempt, ${utcTime(next)}`);
  if (state.shadows.length > 0) waits.push(`the end of ${counted(state.shadows.length, 'copy', 'copies')} that nobody wants any more`); // prettier-ignore
  const look = nextLookAt(state);
  if (look !== null) waits.push(`a look at storage, ${utcTime(look)}`);
  const publishing = files.filter(({ handedOver }) => handedOver).length;
  if (publishing > 0) waits.push(`the publisher: ${counted(publishing, 'file')}`);
  const kept = files.filter(({ phase, transfer, publication }) => phase === 'settled' && transfer === 'DONE' && publication === 'NEW').length; // prettier-ignore
  if (kept > 0) waits.push(`other files of their jobs: ${counted(kept, 'file')} to be published`);
  return waits;
}

function failureRows(files: BatchFile[]): (string | number)[][] {
  const byClass = Map.groupBy(files, lastClass);
  return [...byClass].flatMap(([name, failed]) => {
    if (name === null) return [];
    const last = failed.flatMap(({ attempts }) => attempts.at(-1) ?? []).sort((a, b) => b.at - a.at)[0];
    return [[name, failed.length, ruleOf(name).text, last ? `${utcTime(last.at)} ${code(last.reason, 300)}` : '']];
  });
}

/** Files by what `keyOf` says of them; those of which it says null are left out. */
function countBy(files: BatchFile[], keyOf: (file: BatchFile) => string | null): Record<string, number> {
  const counts = new Map<string, number>();
  for (const file of files) {
    const key = keyOf(file);
    if (key !== null) counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}
