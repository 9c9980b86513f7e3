import { DESTINATIONS } from '../../support/sites.ts';
import { TENTH } from '../../support/policies.ts';
import { reportOf, taskName } from '../../support/plain-task.ts';
import { TRICKLE_SITES } from '../../trickle/load.ts';
import { FASTER } from '../../trickle/settings.ts';
import { PARTS, type Calibration } from '../calibration.ts';
import { bytesOf, cpuOf } from '../costs.ts';
import type { PlayedTask } from '../load.ts';
import { needed } from '../measured.ts';
import { BEGIN } from '../universe.ts';
import { universeOf, type Comparison } from './comparison.ts';

/** Seconds from the opening of the last task until the trickle begins: the bench waits until nothing is to be done, and idles. */
const REST = 40;
/** The same until all blocks are due. */
const END = 120;

type Options = ReturnType<typeof needed<'trickle'>>['options'];

/** Job outputs that trickle into open tasks, as in bench/trickle. */
export function compareTrickle(calibration: Calibration): Comparison[] {
  const { figures, options } = needed('trickle');
  const [shipped] = figures.found;
  if (!shipped) return [];
  const { setting, figures: measured } = shipped;
  const { tasks, jobs, rate } = options;
  const begin = tasks / rate + REST;
  const blockTimeout = begin + (tasks * jobs) / rate + END;
  const seconds = setting.copySeconds / FASTER;
  const universe = universeOf(
    calibration,
    trickled(options, begin),
    { ...TENTH, blockTimeout },
    { secondsOf: () => seconds },
    { store: 'postgresql' },
  );
  universe.queue.runUntil(BEGIN + (begin - 1) * 1000);
  const { findings } = universe;
  const opening = structuredClone({ byType: findings.temporal, fts: findings.allFtsRequests, files: findings.files });
  universe.queue.runUntil(BEGIN + (blockTimeout + END) * 1000);

  const types = Object.keys(findings.temporal) as (keyof typeof findings.temporal)[];
  const since = (name: 'transitions' | 'events' | 'started', some = types): number =>
    some.reduce((sum, type) => sum + findings.temporal[type][name] - opening.byType[type][name], 0);
  const files = findings.files - opening.files;
  const each = (count: number): number => count / (tasks * jobs);
  const row = (
    what: string,
    measuredCount: number,
    modelled: number,
    tolerance: number,
    unit = 'a job output',
  ): Comparison => ({
    ...{ bench: 'trickle', what, unit, measured: measuredCount / measured.jobs, modelled: each(modelled), tolerance },
  });
  const steps = { files, transitions: since('transitions'), workflows: since('started') };
  return [
    ...types.map((type) =>
      row(`transitions of ${type}`, measured.workflows[type]?.transitions ?? NaN, since('transitions', [type]), 0.2),
    ),
    row('transitions', measured.all.transitions, steps.transitions, 0.1),
    row('events', measured.all.events, since('events'), 0.1),
    row('history', measured.all.bytes, bytesOf(calibration, files, since('events')), 0.15, 'bytes a job output'),
    row('FTS requests', measured.ftsRequests, findings.allFtsRequests - opening.fts, 0.35),
    ...PARTS.map((part) => {
      const used = (measured.cpu[part] ?? NaN) - measured.seconds * (measured.cpuOfNothing[part] ?? NaN);
      return row(`CPU of the ${part}`, used, cpuOf(calibration, part, steps), 0.2, 'CPU s a job output');
    }),
  ];
}

function trickled({ tasks, jobs, rate }: Options, begin: number): PlayedTask[] {
  return Array.from({ length: tasks }, (_, task) => {
    const name = taskName(`trickle${task}`);
    const messages = Array.from({ length: jobs + 1 }, (_unused, turn) => {
      const at = turn * tasks + task;
      const plain = {
        ...{ task: name, jobs: 1, outputs: 2 + (at % 2), log: false, publish: true },
        ...{ sources: [TRICKLE_SITES[(turn + at) % TRICKLE_SITES.length]!], destinations: DESTINATIONS.slice(0, 1) },
      };
      const since = turn === 0 ? task / rate : begin + (at - tasks) / rate;
      return { at: since, jobs: () => [reportOf(plain, turn)] };
    });
    return { name, way: 'signals', messages, closeAfter: null };
  });
}
