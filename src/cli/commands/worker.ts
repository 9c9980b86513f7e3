import { Option, type Command } from 'commander';
import { ALL_ROLES, type Role } from '../../workers/roles.ts';
import { withClient } from '../with-client.ts';

/** `aso worker` */
export function addWorker(program: Command): void {
  program
    .command('worker')
    .summary('run a worker')
    .description(
      'Runs a worker: all roles in one process, or some of them. It ends on SIGTERM or SIGINT when its activities have.',
    )
    .addOption(new Option('--role <roles...>', 'serve only these task queues').choices(ALL_ROLES))
    .addHelpText('after', '\nExamples:\n  aso worker\n  aso worker --role fts fts-follow')
    .action(async ({ role }: { role?: Role[] }) => {
      const { loadConfig } = await import('../../config/index.ts');
      const config = loadConfig(process.env);
      // The worker's own connection says less clearly that nobody answers.
      await withClient(() => Promise.resolve());
      const { runWorker } = await import('../../workers/run-worker.ts');
      await runWorker(config, role ? { roles: role } : {});
    });
}
