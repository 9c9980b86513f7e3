/**
 * The parts of docker-compose.yml as processes of this machine, without Docker: `npm run stack`. It goes by that file, so that the two cannot
 * drift apart. `--check` lets a few jobs through, looks at what became of their files, and ends; else it goes on until Ctrl-C.
 * `--store memory|file|postgresql` is what Temporal keeps its state in.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { TEMPORAL_STORES, type TemporalStore } from '../src/servers/temporal-server.ts';
import { tellingMistakes } from '../bench/support/telling.ts';
import { checkStack } from './stack/check-stack.ts';
import { startStack, type Stack } from './stack/start-stack.ts';

const HELP = `npm run stack -- [options]
The parts of docker-compose.yml as processes of this machine, until Ctrl-C.
  --check            lets a few jobs through, looks at what became of their files, and ends
  --store <word>     what Temporal keeps its state in: ${TEMPORAL_STORES.join(', ')} (default postgresql)`;

const { check, store } = tellingMistakes(
  () => {
    const { values } = parseArgs({
      options: { check: { type: 'boolean', default: false }, store: { type: 'string', default: 'postgresql' } },
    });
    const store = TEMPORAL_STORES.find((one) => one === values.store);
    if (!store) throw new Error(`--store must be one of ${TEMPORAL_STORES.join(', ')}`);
    return { check: values.check, store };
  },
  () => HELP,
);

process.exit(await runUntilInterrupted((ending) => run(ending, store)));

async function run(ending: Ending, store: TemporalStore): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'aso-stack-'));
  ending.cleanUp(() => rm(folder, { recursive: true, force: true }));
  const stack = await startStack(folder, store, ending, (line) => console.log(line));
  if (!check) return stay(stack, ending);
  try {
    for (const line of await checkStack(stack)) console.log(`holds: ${line}`);
    for (const worker of stack.workers) {
      const ended = await worker.stop();
      console.log(`a worker that is told to end: ${ended}`);
      if (!ended.startsWith('exit status 0')) return 1;
    }
    return 0;
  } catch (error) {
    console.error(`does not hold: ${(error as Error).message}`);
    return 1;
  }
}

/** Says where everything is, and goes on until Ctrl-C. */
async function stay(stack: Stack, { signal }: Ending): Promise<number> {
  const { names, token, folder } = stack;
  const { env } = stack.launch('worker');
  const addresses = {
    monitor: `${names.text({ service: 'monitor', number: 1 }, 'http://127.0.0.1:8089')}   token: ${token}`,
    prometheus: names.text({ service: 'prometheus', number: 1 }, 'http://127.0.0.1:9090'),
    logs: join(folder, 'logs'),
    'for aso': Object.entries(env).filter(([name, value]) => /^(TEMPORAL|ASO)_/.test(name) && value).map(([name, value]) => `${name}=${value}`).join(' '), // prettier-ignore
  };
  for (const [name, value] of Object.entries(addresses)) console.log(`${name}: ${value}`);
  const { program, args, env: ofJobs } = stack.launch('jobs');
  console.log(
    `jobs: NODE_EXTRA_CA_CERTS=${ofJobs['NODE_EXTRA_CA_CERTS']} ${[program, ...args].join(' ')} | aso submit -`,
  );
  console.log('Ctrl-C ends all of it.');
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
  return 0;
}
