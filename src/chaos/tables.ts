import Table from 'cli-table3';
import type { Cast } from './cast.ts';
import type { Evidence } from './evidence.ts';
import { ACTS, ACT_NAMES } from './plan-acts.ts';
import type { PlannedStrike } from './plan-strikes.ts';
import { STRIKE_NAMES, STRIKES } from './strikes/index.ts';

/** What may be struck and done, for `--list-strikes`. */
export function strikeList(): string {
  const strikes = STRIKE_NAMES.map((name) => {
    const { what, targets, lasts } = STRIKES[name];
    return [name, what, targets.join(', '), lasts[1] > 0 ? `${lasts[0]} to ${lasts[1]} s` : 'a moment'];
  });
  return [
    draw(['strike', 'what happens', 'to', 'lasts'], strikes),
    draw(
      ['act', 'what operators and users do'],
      ACT_NAMES.map((name) => [name, ACTS[name]]),
    ),
  ].join('\n\n');
}

/** What was struck, how often everybody had to be started, what was done, and what became of the files. */
export function resultTables(
  { strikes, cast, tookMs }: { strikes: readonly PlannedStrike[]; cast: Cast; tookMs: number },
  { files, acts, fts, dbs }: Evidence,
): string {
  const hits = [...cast.parts.keys()].map((part) => {
    const counts = STRIKE_NAMES.map(
      (name) => strikes.filter(({ kind, target }) => kind === name && target === part).length,
    );
    return [part, ...counts.map((count) => count || ''), cast.part(part).process.starts];
  });
  const done = ACT_NAMES.map((name) => {
    const own = acts.filter(({ kind }) => kind === name);
    return [name, own.length, own.filter((act) => act.done).length];
  });
  const states = Map.groupBy(files, ({ said }) => `${said?.transfer ?? 'unknown'} ${said?.publication ?? ''}`);
  const rows = [...states].sort().map(([state, list]) => [...state.split(' '), list.length]);
  const copies = fts.reduce((sum, job) => sum + job.files.length, 0);
  return [
    `Strikes\n${draw(['', ...STRIKE_NAMES, 'starts'], hits)}`,
    `Acts\n${draw(['', 'asked', 'carried out'], done)}`,
    `Files\n${draw(['transfer', 'publication', 'files'], rows)}`,
    `${files.length} files, ${fts.length} FTS jobs with ${copies} files, ${dbs.blocks.length} blocks with ${dbs.files.length} files in ${(tookMs / 1000).toFixed(0)} s: ${(files.length / (tookMs / 1000)).toFixed(1)} files/s`,
  ].join('\n\n');
}

function draw(head: string[], rows: (string | number)[][]): string {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows);
  return table.toString();
}
