import type { Command } from 'commander';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { jobText } from './job-text.ts';

/** `aso job TASK JOB` */
export function addJob(program: Command): void {
  program
    .command('job')
    .argument('<task>', 'CRAB task name')
    .argument('<job>', "CRAB's job id, such as 12 or 0-3")
    .summary('where a job output stands, file by file')
    .description(
      'For each file of a job both stages, transfer and publication: the state, why, how often it was tried, when the next try is and what it\n' +
        "waits for, with CRAB's exit code and the FTS jobs.",
    )
    .option('--json', 'for programs; times in epoch milliseconds')
    .addHelpText(
      'after',
      '\nExamples:\n  aso job 261123_101500:alice_crab_x 12\n  aso job 261123_101500:alice_crab_x 0-3 --json',
    )
    .action(job);
}

async function job(task: string, jobId: string, { json }: { json?: true }): Promise<void> {
  const status = await withClient((client, aso) => aso.jobStatus(client, task, jobId));
  say(json ? JSON.stringify(status, null, 2) : jobText(status, Date.now()));
}
