import { createReadStream } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { Command } from 'commander';
import type { AddFilesAnswer } from '../../contract/messages.ts';
import type { BadRecord, CollectedReports } from '../../contract/job-reports.ts';
import { EXIT } from '../exit-codes.ts';
import { readRecordFile, type RecordFile } from '../record-file.ts';
import { colors, counted, printable, say, warn } from '../terminal.ts';
import { withClient } from '../with-client.ts';

/** `aso submit FILE` */
export function addSubmit(program: Command): void {
  program
    .command('submit')
    .summary("report CRAB's records of files to stage out")
    .description(
      "Reports files to stage out: CRAB's own records (task_process/transfers.txt, JSON lines, or a JSON array).\n" +
        'Every record is checked before Temporal is contacted. Bad ones are listed as "line N: field: rule: text", the others go on.\n' +
        'A job output that has a bad record stays incomplete: its good files are copied, none of them is published.\n' +
        'The same file may be submitted again at any time, also while CRAB appends to it.',
    )
    .argument('<file>', 'file of records, or - for standard input')
    .option('--dry-run', 'check the records and go no further')
    .addHelpText(
      'after',
      '\nExamples:\n  aso submit task_process/transfers.txt\n  jq -c .[] records.json | aso submit -\n\nExit status 2 if any record was bad.',
    )
    .action(submit);
}

async function submit(file: string, options: { dryRun?: true }): Promise<void> {
  const { collectReports } = await import('../../contract/job-reports.ts');
  const read = readRecordFile(await text(file === '-' ? process.stdin : createReadStream(file)));
  const collected = collectReports(read.records);
  const bad = [...read.bad, ...collected.bad].sort((a, b) => a.line - b.line);
  await listBad(bad);
  tellRest(read, collected, bad.length);
  if (bad.length) process.exitCode = EXIT.badInput;
  if (options.dryRun || !collected.files) return;
  await withClient(async (client, aso) => {
    for (const { task, jobs, ...voms } of collected.tasks)
      await tellAnswer(task, await aso.addFiles(client, task, jobs, voms));
  });
}

async function listBad(bad: readonly BadRecord[]): Promise<void> {
  const { RECORD_RULES } = await import('../../contract/crab-record.ts');
  for (const { line, faults } of bad) {
    const [first, ...others] = faults.map(({ field, rule }) => ({ name: `${field || 'record'}: ${rule}`, rule }));
    if (!first) continue;
    const also = others.length ? colors.dim(` (also ${others.map(({ name }) => name).join(', ')})`) : '';
    warn(`line ${line}: ${colors.red(first.name)}: ${RECORD_RULES[first.rule]}${also}`);
  }
}

/** Everything about the file that is not an error of one record. */
function tellRest({ unfinished }: RecordFile, { files, incomplete }: CollectedReports, bad: number): void {
  if (unfinished !== null) warn(`line ${unfinished} is half-written: left for the next time`);
  for (const { task, jobId, retry } of incomplete)
    warn(`job ${jobId} (retry ${retry}) of ${printable(task)} stays incomplete until its bad records are mended: nothing of it is published`); // prettier-ignore
  if (bad) warn(`${counted(bad, 'bad record')}, ${counted(files, 'good one')}`);
  else if (!files) say('no records: nothing to do');
}

async function tellAnswer(task: string, answer: AddFilesAnswer): Promise<void> {
  const { accepted, known, superseding, rejected } = answer;
  if (!accepted && !superseding && !rejected.length)
    return say(`${task}: nothing changed, ${counted(known, 'file')} reported before`);
  const parts = [
    `${counted(accepted, 'file')} accepted`,
    superseding && `${superseding} in place of an earlier attempt of their jobs`,
    known && `${known} reported before`,
    rejected.length && colors.red(`${rejected.length} rejected`),
  ];
  say(`${task}: ${parts.filter(Boolean).join(', ')}`);
  if (!rejected.length) return;
  const { RULES } = await import('../../domain/record-rules.ts');
  for (const { jobId, id, rule } of rejected)
    warn(`job ${jobId}: file ${printable(id)}: ${rule}: ${RULES[rule as keyof typeof RULES] ?? ''}`);
  process.exitCode = EXIT.badInput;
}
