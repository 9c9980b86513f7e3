import { Command } from 'commander';
import { addBreaker } from './commands/breaker.ts';
import { addCodecServer } from './commands/codec-server.ts';
import { addConfig } from './commands/config.ts';
import { addCredentials } from './commands/credentials.ts';
import { addDemo } from './commands/demo.ts';
import { addDeployment } from './commands/deployment.ts';
import { addExplain } from './commands/explain.ts';
import { addFilesCommand } from './commands/files.ts';
import { addJob } from './commands/job.ts';
import { addMonitor } from './commands/monitor.ts';
import { addOperations } from './commands/operations.ts';
import { addPull } from './commands/pull.ts';
import { addRequests } from './commands/requests.ts';
import { addSetup } from './commands/setup.ts';
import { addSimulate } from './commands/simulate.ts';
import { addSite } from './commands/site.ts';
import { addSources } from './commands/sources.ts';
import { addStatus } from './commands/status.ts';
import { addStuck } from './commands/stuck.ts';
import { addSubmit } from './commands/submit.ts';
import { addUser } from './commands/user.ts';
import { addTask } from './commands/task.ts';
import { addTop } from './commands/top.ts';
import { addWatch } from './commands/watch.ts';
import { addWorker } from './commands/worker.ts';
import { exitCodeHelp } from './exit-codes.ts';

/** The command line, ready to parse. */
export function createProgram(): Command {
  const program = new Command('aso')
    .description('AsyncStageOut: moves the output files of CMS analysis jobs with FTS3 and publishes them in DBS.')
    .showHelpAfterError('(aso --help, or aso <command> --help, says more)')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  aso demo                                        see it work, on a laptop',
        '  aso worker                                      run a worker',
        '  aso submit task_process/transfers.txt           report files of a CRAB task',
        '  aso status 261123_101500:alice_crab_x           where a task stands',
        '  aso files 261123_101500:alice_crab_x --state FAILED',
        '',
        "How to reach Temporal is Temporal's own configuration: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and so on.",
        '',
        exitCodeHelp(),
      ].join('\n'),
    );
  // Before the commands are made: they inherit it.
  program.exitOverride();
  // What stands behind a subcommand is its own: else `sources` takes `--user` from its `sweep`, which then sweeps everybody's files.
  program.enablePositionalOptions();
  addSubmit(program);
  addStatus(program);
  addTask(program);
  addStuck(program);
  addTop(program);
  addJob(program);
  addFilesCommand(program);
  addSources(program);
  addWatch(program);
  addExplain(program);
  addRequests(program);
  addSite(program);
  addUser(program);
  addBreaker(program);
  addOperations(program);
  addWorker(program);
  addDeployment(program);
  addPull(program);
  addMonitor(program);
  addCredentials(program);
  addCodecServer(program);
  addConfig(program);
  addSetup(program);
  addSimulate(program);
  addDemo(program);
  return program;
}
