import { Option, type Command } from 'commander';
import type { TaskFile } from '../../client/index.ts';
import { PUBLICATION_STATES, TRANSFER_STATES, type PublicationState, type TransferState } from '../../domain/states.ts';
import type { TransferView } from '../../domain/stage-view.ts';
import { colors, counted, printable, say, warn } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { nextText } from './job-text.ts';

interface FilesOptions {
  state?: TransferState;
  publication?: PublicationState;
  json?: true;
}

const upper = (text: string): string => text.toUpperCase();

/** `aso files TASK` */
export function addFilesCommand(program: Command): void {
  program
    .command('files')
    .argument('<task>', 'CRAB task name')
    .summary("list a task's files")
    .description(
      'Lists the files of a task with their states and, where they failed, the last reason; how often they were tried, what they wait for and\n' +
        'when the next try is. `aso job` says more of one job.',
    )
    .addOption(stateOption('--state <state>', 'only files whose transfer is in this state', TRANSFER_STATES))
    .addOption(
      stateOption('--publication <state>', 'only files whose publication is in this state', PUBLICATION_STATES),
    )
    .option('--json', 'for programs: one JSON object a line, with every attempt')
    .addHelpText(
      'after',
      '\nExamples:\n  aso files 261123_101500:alice_crab_x --state FAILED\n  aso files 261123_101500:alice_crab_x --json | jq .detail.attempts',
    )
    .action(files);
}

/** States in any case. */
function stateOption(flags: string, description: string, states: readonly string[]): Option {
  const option = new Option(flags, description).choices(states);
  const check = option.parseArg;
  return option.argParser((value, before) => check?.call(option, upper(value), before));
}

async function files(task: string, { state, publication, json }: FilesOptions): Promise<void> {
  let count = 0;
  const now = Date.now();
  await withClient(async (client, aso) => {
    const query = { ...(state ? { state } : {}), ...(publication ? { publication } : {}) };
    for await (const page of aso.taskFiles(client, task, query)) {
      for (const file of page) say(json ? JSON.stringify(file) : line(file, now));
      count += page.length;
    }
  });
  if (!count) warn('no such files');
}

/** How often it was tried, what it waits for, and when the next try is; nothing of a transfer that is over. */
function waitText({ attempts, waitsFor, nextTry }: TransferView, now: number): string {
  if (waitsFor === null) return '';
  const tried = attempts > 0 ? `${counted(attempts, 'attempt')}, ` : '';
  return printable(`${tried}waits for ${waitsFor}${nextTry === null ? '' : `, ${nextText(nextTry, now)}`}`);
}

function line(file: TaskFile, now: number): string {
  const { detail, rule, failure } = file;
  const where = detail ? `${detail.source} → ${detail.destination}  ${detail.destinationLfn}` : file.key;
  const held = file.transfer === 'HELD' ? detail?.stages.transfer.reason : null;
  const reason = rule ?? held ?? detail?.attempts.at(-1)?.reason ?? failure ?? '';
  return [
    `job ${file.jobId}.${file.retry}`.padEnd(12),
    file.transfer.padEnd(9),
    file.publication.padEnd(12),
    printable(where),
    ...(reason && file.transfer !== 'DONE' ? [colors.red(printable(reason))] : []),
    ...(detail?.publicationReason ? [colors.red(printable(detail.publicationReason))] : []),
    ...(detail ? [waitText(detail.stages.transfer, now)].filter(Boolean) : []),
  ].join('  ');
}
