/**
 * What every npm script goes through, so that each works as the first command in a fresh clone. Plain JavaScript
 * without dependencies: it runs on the Node that npm runs on, before anything is installed.
 */
import { dirname, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './dependencies.mjs';
import { ensureFullServer } from './full-server.mjs';
import { findPostgresql, NO_POSTGRESQL } from './postgresql-programs.mjs';
import { NO_NODE, findNode, run } from './process.mjs';
import { ensureTemporalServer } from './temporal-server.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bin = (...path) => join(root, 'node_modules', ...path);

/** Benches that run on PostgreSQL unless an argument names other stores; others do where one names it. */
const ON_POSTGRESQL = [
  'rehearse-failover',
  'rehearse-restore',
  'rehearse-servers',
  'retention',
  'shards',
  'throughput',
  'trickle',
];

function needsPostgresql([name, ...args]) {
  const named = args.filter((word) => /\b(memory|file|postgresql)\b/.test(word));
  return named.length > 0 ? named.some((word) => word.includes('postgresql')) : ON_POSTGRESQL.includes(name);
}

/** What makes `dist/`, as deployments use it. */
const BUILD = [
  [bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
  [join('scripts', 'build-bundle.ts')],
  [join('scripts', 'copy-page.ts')],
];

/** Each command: whether it needs Temporal's dev server, or its full one and PostgreSQL; and what Node then runs, one after the other. */
const COMMANDS = {
  setup: { temporal: true, runs: () => [] },
  demo: { temporal: true, runs: (args) => [[join('src', 'cli', 'main.ts'), 'demo', ...args]] },
  chaos: {
    temporal: true,
    postgresql: (args) => args.includes('postgresql'),
    runs: (args) => [[join('src', 'chaos', 'main.ts'), ...args]],
  },
  test: { temporal: true, runs: (args) => [[bin('vitest', 'vitest.mjs'), 'run', ...args]] },
  bench: {
    temporal: true,
    postgresql: needsPostgresql,
    runs: ([name, ...args]) => [[join('bench', `${name}.ts`), ...args]],
  },
  lint: {
    runs: () => [
      [bin('eslint', 'bin', 'eslint.js'), '.'],
      [bin('prettier', 'bin', 'prettier.cjs'), '--check', '.'],
    ],
  },
  typecheck: { runs: () => [[bin('typescript', 'bin', 'tsc'), '-p', '.']] },
  schema: { runs: (args) => [[join('scripts', 'write-schemas.ts'), ...args]] },
  build: { runs: () => BUILD },
  stack: {
    temporal: true,
    postgresql: (args) => !args.includes('memory') && !args.includes('file'),
    runs: (args) => [...BUILD, [join('scripts', 'stack.ts'), ...args]],
  },
};

const say = (text) => console.log(`  ${text}`);

/** Does one step of the preparation, and says what it found and how long that took. */
async function step(name, work) {
  const start = performance.now();
  const { text, value } = await work();
  console.log(`${name}: ${text} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  return value;
}

/** The variables that name PostgreSQL's programs and Temporal's full server. */
async function preparePostgresql() {
  const programs = await step('postgresql', async () => {
    const found = findPostgresql(process.env);
    if (!found) throw new Error(NO_POSTGRESQL);
    return { text: `${found.path} (${found.from})`, value: found.path };
  });
  const server = await step('temporal server', async () => {
    const { variables, from } = await ensureFullServer({ env: process.env, say });
    return { text: `${variables.ASO_TEMPORAL_SERVER} (${from})`, value: variables };
  });
  return { ASO_POSTGRESQL: programs, ...server };
}

async function main([name, ...args]) {
  const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name] : null;
  if (!command || (name === 'bench' && !/^[\w-]+$/.test(args[0] ?? ''))) {
    console.error(`usage: node scripts/run.mjs ${Object.keys(COMMANDS).join(' | ')} (bench takes a name)`);
    return 2;
  }
  await step('dependencies', async () => ({ text: await ensureDependencies(root, say) }));
  const node = await step('node', async () => {
    const found = findNode(root);
    if (!found) throw new Error(NO_NODE);
    return { text: `${found.version}, ${found.pinned ? 'the pinned one' : 'the one on PATH'}`, value: found.path };
  });
  const env = { ...process.env, PATH: [dirname(node), bin('.bin'), process.env.PATH].join(delimiter) };
  const asksForHelp = args.some((word) => ['--help', '-h', '--list', '--list-strikes'].includes(word));
  if (command.temporal && !asksForHelp)
    env.ASO_TEMPORAL_CLI = await step('temporal', async () => {
      const { path, from } = await ensureTemporalServer({ env: process.env, root, node, say });
      return { text: `${path} (${from})`, value: path };
    });
  if (command.postgresql?.(args) && !asksForHelp) Object.assign(env, await preparePostgresql());
  for (const line of command.runs(args)) {
    const code = await run(node, line, { cwd: root, env });
    if (code !== 0) return code;
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
