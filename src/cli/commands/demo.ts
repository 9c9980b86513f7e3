import type { Command } from 'commander';
import { loadModule } from '../lazy.ts';

/** What the demo offers; answers its exit status. */
interface DemoModule {
  runDemo: (args: readonly string[]) => Promise<number | undefined>;
}

/** `aso demo` */
export function addDemo(program: Command): void {
  program
    .command('demo')
    .summary('see it work on a laptop: everything it talks to is started for you')
    .description(
      'Runs the whole way from CRAB to DBS against a Temporal dev server and simulators, and verifies the result.',
    )
    .argument('[args...]', 'arguments of the demo; aso demo -- --help shows them')
    .allowUnknownOption()
    .addHelpText('after', '\nExamples:\n  aso demo\n  aso demo --tls\n  aso demo --files 1000 --kill-worker')
    .action(async (args: string[]) => {
      const { runDemo } = await loadModule<DemoModule>('demo/main');
      process.exitCode = (await runDemo(args)) ?? 0;
    });
}
