import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MultiBar, type SingleBar } from 'cli-progress';
import type { SimulatedWorld } from '../simulators/world.ts';
import type { ExpectedFile } from './expectations.ts';
import { ftsFiles, ftsRequests } from './fts-view.ts';

/** What the audience sees while the demo runs: the world as it is, which needs no worker to answer. */
export interface Progress {
  /** Writes a line above the bars. */
  tell: (event: string) => void;
  stop(): void;
}

interface Measure {
  name: string;
  done: number;
  total: number;
  text: string;
}

/** Bars are redrawn, and lines written where something has changed, so often. */
const BARS_MS = 250;
const LINES_MS = 3_000;

/** Starts to show progress: bars on a terminal, else a line now and then. */
export function showProgress(
  world: SimulatedWorld,
  expected: readonly ExpectedFile[],
  say: (line: string) => void,
): Progress {
  const start = performance.now();
  const stamped = (text: string): string => `${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${text}`;
  const isTerminal = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  const view = isTerminal ? bars() : lines((line) => say(stamped(line)));
  const show = (): void => view.show(measure(world, expected));
  const timer = setInterval(show, isTerminal ? BARS_MS : LINES_MS);
  show();
  return {
    tell: (event) => view.tell(isTerminal ? stamped(event) : `• ${event}`),
    stop() {
      clearInterval(timer);
      show();
      view.stop();
    },
  };
}

function measure(world: SimulatedWorld, expected: readonly ExpectedFile[]): Measure[] {
  const attempts = ftsFiles(world.fts);
  const finished = new Set(attempts.flatMap(({ state, destination }) => (state === 'FINISHED' ? [destination] : [])));
  const count = (state: string): number => attempts.filter((file) => file.state === state).length;
  const good = expected.filter(({ transfer }) => transfer === 'DONE');
  const cleaned = good.filter(({ job, file }) => !existsSync(join(world.storage.root, job.source, file.sourceLfn)));
  const toPublish = expected.filter(({ publication }) => publication === 'DONE').length;
  const { dbs, fts } = world;
  return [
    {
      name: 'copied',
      done: finished.size,
      total: good.length,
      text: `${fts.jobs().length} FTS jobs: ${count('SUBMITTED')} wait, ${count('ACTIVE')} run, ${count('FAILED') + count('CANCELED')} failed attempts; ${ftsRequests(fts)} requests`,
    },
    { name: 'sources removed', done: cleaned.length, total: good.length, text: '' },
    { name: 'in DBS', done: dbs.books.files().length, total: toPublish, text: `${dbs.books.blocks().length} blocks` },
  ];
}

interface View {
  show(measures: Measure[]): void;
  tell(text: string): void;
  stop(): void;
}

function bars(): View {
  const all = new MultiBar({ format: '{name} |{bar}| {value}/{total}  {text}', hideCursor: true, barsize: 30 });
  const shown = new Map<string, SingleBar>();
  return {
    show(measures) {
      for (const { name, done, total, text } of measures) {
        const payload = { name: name.padEnd(15), text };
        const bar = shown.get(name) ?? all.create(total, done, payload);
        shown.set(name, bar);
        bar.update(done, payload);
      }
    },
    tell: (text) => all.log(`${text}\n`),
    stop: () => all.stop(),
  };
}

function lines(say: (line: string) => void): View {
  let before = '';
  return {
    show(measures) {
      const line = measures
        .map(({ name, done, total, text }) => `${name} ${done}/${total}${text && ` (${text})`}`)
        .join('; ');
      if (line !== before) say(line);
      before = line;
    },
    tell: say,
    stop: () => undefined,
  };
}
