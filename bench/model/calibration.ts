import { needed } from './measured.ts';
import { pricesOf } from './prices.ts';

/** Steps that cost something: a file, a state transition that Temporal's server stores, a workflow from its start to its end. */
export const STEPS = ['files', 'transitions', 'workflows'] as const;
export type Steps = Record<(typeof STEPS)[number], number>;

export const PARTS = ['worker', 'server', 'database'] as const;
export type Part = (typeof PARTS)[number];

/** A load that was measured on PostgreSQL. */
export interface MeasuredLoad extends Steps {
  /** The bench and which of its figures. */
  source: string;
  events: number;
  /** Of history, after the codec. */
  bytes: number;
  /** Seconds of CPU, without what would have been used anyway. */
  cpu: Record<Part, number>;
  /** How many loads it counts for: real life trickles, and a step costs less where the next one is there already. */
  weight: number;
}

/** Of the trickle. Assumed: enough that what it took is met within a few per cent. */
const REAL_LIFE = 20;

/** What the model is set by: all of it is computed from results that benches have left in bench/results. */
export interface Calibration {
  loads: readonly MeasuredLoad[];
  /** Seconds of CPU for one of each step. */
  cpu: Record<Part, Steps>;
  /** Bytes of history of a file and of an event. */
  history: Record<'files' | 'events', number>;
  /** Of a core, while there is nothing to do. */
  idle: Record<Part, number>;
  /** Requests to storage, CRAB and DBS for a file that is published in a full block. */
  requestsPerFile: Record<'storage' | 'crab' | 'dbs', number>;
}

/** @throws Error where a result is not there, or not of PostgreSQL, with what to do */
export function calibrate(): Calibration {
  const loads = [...bursts(), trickle()];
  const { files, world } = onPostgresql()[0]!;
  return {
    loads,
    cpu: byPart((part) =>
      pricesOf(
        STEPS,
        loads.map((load) => ({ ...load, steps: load, cost: load.cpu[part] })),
      ),
    ),
    history: pricesOf(
      ['files', 'events'],
      loads.map((load) => ({ ...load, steps: load, cost: load.bytes })),
    ),
    idle: byPart((part) => shipped().cpuOfNothing[part] ?? 0),
    requestsPerFile: {
      storage: world.requests.storage / files,
      ...{ crab: world.requests.crab / files, dbs: world.requests.dbs / files },
    },
  };
}

/** Bursts with one worker process: further ones on the same cores have smaller workflow tasks. */
function onPostgresql() {
  const { figures } = needed('throughput');
  const found = figures.filter(({ store, workers }) => store === 'postgresql' && workers === 1);
  if (found.length < 2)
    throw new Error(
      'bench/results/throughput.json has too little of PostgreSQL: run `npm run bench -- --only throughput --docs`',
    );
  return found;
}

const bursts = (): MeasuredLoad[] =>
  onPostgresql().map(({ way, files, histories: { runs: workflows, transitions, events, bytes }, cpu }) => ({
    source: `bench:throughput, PostgreSQL, one worker, ${way === 'bulk' ? 'in bulk' : 'one signal a job'}`,
    ...{ files, transitions, workflows, events, bytes, cpu: byPart((part) => cpu[part] ?? 0), weight: 1 },
  }));

function trickle(): MeasuredLoad {
  const { files, all, cpu, cpuOfNothing, seconds } = shipped();
  const { runs: workflows, transitions, events, bytes } = all;
  return {
    source: 'bench:trickle, as shipped',
    ...{ files, transitions, workflows, events, bytes },
    cpu: byPart((part) => (cpu[part] ?? 0) - seconds * (cpuOfNothing[part] ?? 0)),
    weight: REAL_LIFE,
  };
}

function shipped() {
  const { figures } = needed('trickle');
  const [first] = figures.found;
  if (!first || first.figures.cpu.database === null)
    throw new Error('bench/results/trickle.json is not of PostgreSQL: run `npm run bench -- --only trickle --docs`');
  return first.figures;
}

const byPart = <T>(of: (part: Part) => T): Record<Part, T> => ({
  ...{ worker: of('worker'), server: of('server'), database: of('database') },
});
