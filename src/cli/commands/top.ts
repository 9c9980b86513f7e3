import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { Option, type Command } from 'commander';
import { toNumber } from '../option-values.ts';
import { isTerminal, say } from '../terminal.ts';
import { untilLeft } from '../top/keys.ts';
import { rowsOf, secondsBetween, SORTS, totalOf, type Sort } from '../top/rates.ts';
import { renderTop, type Screen } from '../top/render.ts';
import { takeSample, type Sample } from '../top/sample.ts';
import { withClient, type Aso } from '../with-client.ts';
import { examples } from './task-argument.ts';

interface TopOptions {
  interval: number;
  sort: Sort;
  user?: string;
  once?: true;
  json?: true;
}

/** `aso top` */
export function addTop(program: Command): void {
  program
    .command('top')
    .summary('links and tasks as they are worked, live')
    .description(
      'Shows all open tasks and their links, with files and bytes a second since the look before; q or Ctrl-C leaves. Without a terminal, on\n' +
        'one that does not tell its size, or with --once, it looks twice and prints that. Every look asks every open task.',
    )
    .addOption(new Option('--sort <by>', 'what comes first').choices(SORTS).default('throughput'))
    .option('--interval <seconds>', 'time between two looks', toNumber(0.5, 3600), 5)
    .option('--user <name>', 'only tasks of this user')
    .option('--once', 'print it once')
    .option('--json', 'for programs: once')
    .addHelpText('after', examples('aso top', 'aso top --sort failures', 'aso top --json | jq .links'))
    .action(top);
}

function top(options: TopOptions): Promise<void> {
  // A terminal that does not tell its size says 0: nothing would fit on it.
  const isLive = isTerminal() && process.stdout.rows > 0 && !options.once && !options.json;
  return withClient((client, aso) => (isLive ? live(client, aso, options) : once(client, aso, options)));
}

const look = (client: Client, aso: Aso, { user }: TopOptions): Promise<Sample> =>
  takeSample(aso.surveyTasks(client, user === undefined ? {} : { user }));

async function once(client: Client, aso: Aso, options: TopOptions): Promise<void> {
  const before = await look(client, aso, options);
  await sleep(options.interval * 1000);
  const now = await look(client, aso, options);
  if (!options.json) return say(renderTop(now, before, screenOf(options, Infinity)));
  const seconds = secondsBetween(before, now);
  const tasks = rowsOf(now.tasks, before.tasks, seconds, options.sort);
  const links = rowsOf(now.links, before.links, seconds, options.sort);
  const { at, users, silent } = now;
  const total = { ...totalOf(tasks), name: 'all' };
  say(JSON.stringify({ at: new Date(at).toISOString(), users, silent, total, links, tasks }, null, 2));
}

async function live(client: Client, aso: Aso, options: TopOptions): Promise<void> {
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(process.stdout);
  const left = new AbortController();
  const giveBack = untilLeft(() => left.abort());
  let before: Sample | null = null;
  let now: Sample | null = null;
  const redraw = (): void => {
    if (now) draw(renderTop(now, before, screenOf(options, process.stdout.rows)));
  };
  process.stdout.on('resize', redraw);
  try {
    while (!left.signal.aborted) {
      // A look may take as long as a task that does not answer: nobody waits for it who leaves.
      const next = await aso.followSignal(left.signal, (own) =>
        Promise.race([look(client, aso, options), aborted(own)]),
      );
      if (!next) break;
      [before, now] = [now, next];
      redraw();
      await sleep(options.interval * 1000, undefined, { signal: left.signal }).catch(() => undefined);
    }
  } finally {
    process.stdout.off('resize', redraw);
    draw.done();
    giveBack();
  }
}

const aborted = (signal: AbortSignal): Promise<null> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(null), { once: true }));

const screenOf = ({ sort }: TopOptions, rows: number): Screen => ({
  width: process.stdout.columns || 120,
  // The last line is the prompt's.
  height: rows - 1,
  sort,
});
