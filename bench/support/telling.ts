import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { scriptOf } from './report/report.ts';
import { ROOT } from './report/surroundings.ts';

const HELP = ['--help', '-h'];

/**
 * Reads options as a person wants it: `--help` prints what they are and ends the process with 0, what is wrong with one is told in a line, and
 * ends it with 2.
 * @param read throws Error with what is wrong
 */
export function tellingMistakes<T>(read: () => T, help: () => string): T {
  if (process.argv.slice(2).some((word) => HELP.includes(word))) {
    console.log(help());
    process.exit(0);
  }
  try {
    return read();
  } catch (error) {
    // Node's own explanation of positional arguments helps nobody here.
    const [what] = (error as Error).message.split('. ');
    console.error(`error: ${what}; --help tells the options`);
    process.exit(2);
  }
}

/** What the bench that runs measures and which options it has: its row of bench/README.md. */
export function helpOfBench(): string {
  const script = scriptOf(nameOfRunning());
  const rows = readFileSync(join(ROOT, 'bench', 'README.md'), 'utf8').split('\n');
  const row = rows.find((line) => line.startsWith(`| \`npm run ${script}\` |`));
  const [, what = '', options = ''] = (row ?? '').split(' | ').map((cell) => cell.replace(/ \|$/, ''));
  const lines = options.replaceAll('`', '').split(/ (?=--)/);
  return [
    `npm run ${script} -- [options]`,
    what,
    '',
    'Options, with their defaults:',
    ...lines.map((line) => `  ${line}`),
    '  --json <file>: writes the figures there, too',
    '',
    'Exit status 0 where every bound holds, 1 where one is broken, 2 where an option is wrong.',
  ].join('\n');
}

/** As in `npm run bench:<name>`. */
function nameOfRunning(): string {
  const file = basename(process.argv[1] ?? '', '.ts');
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const script = Object.keys(scripts).find((name) => scripts[name] === `node scripts/run.mjs bench ${file}`) ?? file;
  return script.replace(/^bench:/, '').replace(/^rehearse:/, 'rehearse-');
}
