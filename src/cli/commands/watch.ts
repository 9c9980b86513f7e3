import { setTimeout as sleep } from 'node:timers/promises';
import { MultiBar, type SingleBar } from 'cli-progress';
import type { Command } from 'commander';
import type { TaskStatus } from '../../contract/messages.ts';
import { isFinalPublication, isFinalTransfer, type PublicationState, type TransferState } from '../../domain/states.ts';
import { EXIT } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { toNumber } from '../option-values.ts';
import { isTerminal, say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { countsText, statusText } from './status-text.ts';

/** `aso watch TASK` */
export function addWatch(program: Command): void {
  program
    .command('watch')
    .argument('<task>', 'CRAB task name')
    .summary('follow a task until it ends')
    .description(
      'Shows the progress of a task until it ends: bars on a terminal, else a line whenever something has changed.',
    )
    .option('--interval <seconds>', 'time between two looks', toNumber(0.2, 3600), 2)
    .addHelpText('after', '\nExamples:\n  aso watch 261123_101500:alice_crab_x')
    .action(watch);
}

async function watch(task: string, { interval }: { interval: number }): Promise<void> {
  const view = isTerminal() ? bars() : lines();
  try {
    const last = await withClient(async (client, aso) => {
      for (;;) {
        // Asked first: a task that ends in between is shown as it ended.
        const running = await aso.isTaskRunning(client, task);
        const status = await aso.taskStatus(client, task);
        view.show(status);
        if (status.complete || !running) return status;
        await sleep(interval * 1000);
      }
    });
    view.stop();
    say(statusText(last));
    if (!last.complete) throw new CommandError(`task ${task} was ended from outside: files are left`, EXIT.failed);
  } finally {
    view.stop();
  }
}

interface View {
  show(status: TaskStatus): void;
  stop(): void;
}

/** Files that are through, those to be gone through, and counts in words. */
function progress(status: TaskStatus): { name: string; done: number; total: number; text: string }[] {
  const transferred = sum(status.transfer, (state) => isFinalTransfer(state as TransferState));
  const asked = sum(status.publication, (state) => state !== 'NOT_REQUIRED');
  const published = sum(status.publication, (state) => state !== 'NOT_REQUIRED' && isFinalPublication(state as PublicationState)); // prettier-ignore
  return [
    { name: 'transfer', done: transferred, total: status.files, text: countsText(status.transfer) },
    { name: 'publication', done: published, total: asked, text: countsText(status.publication) },
  ];
}

function sum(counts: Readonly<Record<string, number | undefined>>, isCounted: (state: string) => boolean): number {
  return Object.entries(counts).reduce((total, [state, count]) => total + (isCounted(state) ? (count ?? 0) : 0), 0);
}

function bars(): View {
  const all = new MultiBar({ format: '{name} |{bar}| {value}/{total}  {text}', hideCursor: true });
  const shown = new Map<string, SingleBar>();
  return {
    show(status) {
      for (const { name, done, total, text } of progress(status)) {
        const payload = { name: name.padEnd(11), text };
        const bar = shown.get(name) ?? all.create(total, done, payload);
        shown.set(name, bar);
        bar.setTotal(total);
        bar.update(done, payload);
      }
    },
    stop: () => all.stop(),
  };
}

function lines(): View {
  let before = '';
  return {
    show(status) {
      const line = progress(status).map(({ name, done, total, text }) => `${name} ${done}/${total}: ${text}`).join('; '); // prettier-ignore
      if (line !== before) say(line);
      before = line;
    },
    stop: () => undefined,
  };
}
