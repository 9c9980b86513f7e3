import { BURST, QUICK } from '../../support/policies.ts';
import { taskName, type PlainTask } from '../../support/plain-task.ts';
import { sitesOfLinks } from '../../support/sites.ts';
import type { Store } from '../../support/store.ts';
import type { Way, WorkFigures } from '../../support/work.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { Calibration } from '../calibration.ts';
import { bytesOf, cpuOf, stepsOf } from '../costs.ts';
import { playedPlain } from '../load.ts';
import { needed } from '../measured.ts';
import { BEGIN } from '../universe.ts';
import { universeOf, type Comparison } from './comparison.ts';

const OUTPUTS = 2;
/** Seconds of a copy that takes no time: FTS's simulator looks at its queue so often. */
const AT_ONCE = 0.1;
/** Larger ones take the model long, and cost the same per file. */
const MOST_FILES = 10_000;
/** A server and a worker that have more to do than they can do together more of it than the model knows. */
const TOLERANCE = 0.5;

/** `bench:throughput` on PostgreSQL with one worker, the largest of `bench:growth` that are not too large: files as fast as they can be reported. */
export const compareBursts = (calibration: Calibration): Comparison[] => [
  ...throughput(calibration),
  ...growth(calibration),
];

function throughput(calibration: Calibration): Comparison[] {
  const { figures, options } = needed('throughput');
  const found = figures.filter(({ store, workers }) => store === 'postgresql' && workers === 1);
  return found.flatMap((measured) => {
    const tasks = Array.from({ length: options.tasks }, (_, at): PlainTask => ({
      ...plain(`through${at}`, `user${at}`, Math.ceil(measured.jobs / options.tasks)),
      ...sitesOfLinks(10),
    }));
    const name = measured.way === 'bulk' ? 'in bulk' : 'one signal a job';
    return compare(calibration, { bench: 'throughput', name, tasks, policy: BURST, way: measured.way, measured });
  });
}

function growth(calibration: Calibration): Comparison[] {
  const small = needed('growth').figures.filter(({ files }) => files <= MOST_FILES);
  const one = small.findLast(({ name }) => name.startsWith('1 × '));
  const many = small.findLast(({ name }) => name.endsWith(', 60 links'));
  return [one, many].flatMap((measured) => {
    if (!measured) return [];
    const [, count = '1', size = '0', , links = '10'] = /^(\d+) × (\d+)(, (\d+) links)?$/.exec(measured.name) ?? [];
    const sites = sitesOfLinks(Number(links));
    const tasks = Array.from({ length: Number(count) }, (_, at): PlainTask => {
      const task = plain(`grown${at}`, `grown${at}`, Number(size) / OUTPUTS);
      if (count === '1') return { ...task, ...sites };
      const { sources, destinations } = sites;
      const own = Array.from({ length: 10 }, (_unused, i) => sources[(at * 7 + i) % sources.length]!);
      return { ...task, sources: own, destinations: [destinations[at % destinations.length]!] };
    });
    return compare(calibration, { bench: 'growth', name: measured.name, tasks, policy: QUICK, way: 'bulk', measured });
  });
}

const plain = (label: string, user: string, jobs: number) => ({
  ...{ task: taskName(label, user), jobs, outputs: OUTPUTS, log: false, publish: true },
});

interface Burst {
  bench: string;
  name: string;
  tasks: readonly PlainTask[];
  policy: Partial<Policy>;
  way: Way;
  measured: WorkFigures & { store: Store };
}

function compare(calibration: Calibration, { bench, name, tasks, policy, way, measured }: Burst): Comparison[] {
  const messages = playedPlain(tasks[0]!, way, 1).messages.length;
  const perSecond = messages / measured.reported;
  const universe = universeOf(
    calibration,
    tasks.map((task) => playedPlain(task, way, perSecond)),
    policy,
    { secondsOf: () => AT_ONCE },
    { store: measured.store, others: ((measured.cpu.simulators ?? 0) + (measured.cpu.load ?? 0)) / measured.files },
  );
  universe.queue.runUntil(BEGIN + 3600 * 1000);
  const { findings } = universe;
  const row = (what: string, unit: string, of: number, modelled: number, tolerance: number): Comparison => ({
    ...{ bench, what: `${name}: ${what}`, unit, tolerance },
    ...{ measured: of / measured.files, modelled: modelled / findings.files },
  });
  const { histories, world, cpu } = measured;
  const { events, transitions } = findings.all;
  return [
    row('transitions', 'a file', histories.transitions, transitions, TOLERANCE),
    row('events', 'a file', histories.events, events, TOLERANCE),
    row('history', 'bytes a file', histories.bytes, bytesOf(calibration, findings.files, events), 0.25),
    row('FTS requests', 'a file', world.requests.fts, findings.allFtsRequests, 0.75),
    row('CPU of the worker', 'CPU s a file', cpu.worker ?? NaN, cpuOf(calibration, 'worker', stepsOf(findings)), 0.75),
  ];
}
