import { strict as assert } from 'node:assert';
import type { BatchFile } from '../../../src/domain/batch/batch-file.ts';
import { applyOrder } from '../../../src/domain/batch/batch-orders.ts';
import type { BatchSnapshot } from '../../../src/domain/batch/batch-snapshot.ts';
import { BatchState } from '../../../src/domain/batch/batch-state.ts';
import { fateOf } from '../../../src/domain/batch/copy-fate.ts';
import {
  applyCancelResults,
  applyFtsResults,
  applyJobGone,
  type FtsFileResult,
} from '../../../src/domain/batch/fts-results.ts';
import { hold, waitElsewhere } from '../../../src/domain/batch/holding.ts';
import { isBatchOver, takeForPublication, takeOutcomes, takeReport } from '../../../src/domain/batch/reporting.ts';
import { applySettleResults, dueForLook } from '../../../src/domain/batch/settling.ts';
import {
  applyArrivalResults,
  applyShadowRows,
  followedShadows,
  shadowsDue,
  shadowsStopped,
} from '../../../src/domain/batch/shadows.ts';
import type { BatchFileInput, BatchOrder, BatchReport, FtsTarget } from '../../../src/domain/orders.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import type { World } from './world.ts';

export type Step = () => void;

export interface BatchInput {
  batch: number;
  run: string;
  policy: Policy;
  files: BatchFileInput[];
  target: FtsTarget | null;
}

/** What a batch needs of the others. */
export interface BatchNeighbours {
  world: World;
  outcomes(files: BatchFile[]): void;
  handOver(files: BatchFile[], batch: number): void;
}

/** transferBatch without Temporal: every await is a pending step, so that anything may happen meanwhile. */
export class BatchActor {
  readonly input: BatchInput;
  state: BatchState;
  ended = false;
  /** A report on its way to the task. */
  report: BatchReport | null = null;
  /** Activities under way, by loop. */
  readonly pending = new Map<'attempts' | 'looks' | 'handOver' | 'shadows' | 'arrivals', Step>();
  readonly #near: BatchNeighbours;
  #toldSlot: BatchReport['slot'];
  #changed = true;

  constructor(input: BatchInput, near: BatchNeighbours) {
    this.input = input;
    this.#near = near;
    this.state = new BatchState(structuredClone(input.files), input.policy, near.world.now);
    this.#toldSlot = input.target ? 'active' : 'wanted';
    if (input.target) applyOrder(this.state, { kind: 'admit', target: input.target }, near.world.now);
  }

  get usesFts(): boolean {
    return !this.ended && this.state.list('sent').length > 0;
  }

  accept(orders: BatchOrder[]): void {
    for (const order of structuredClone(orders)) applyOrder(this.state, order, this.#near.world.now);
    this.#changed = true;
  }

  get fingerprint(): unknown[] {
    const { state } = this;
    const files = [...state.files.values()].map((f) => [f.phase, f.transfer, f.publication, f.handedOver, f.lookAt]);
    return [this.pending.size, this.report !== null, state.slot, state.dropped.length, files];
  }

  /** What it could do now. */
  steps(): Step[] {
    if (this.ended) return [];
    const { world } = this.#near;
    const steps: Step[] = [...this.pending].map(([loop, step]) => () => {
      this.pending.delete(loop);
      step();
      this.#changed = true;
    });
    if (!this.pending.has('attempts')) steps.push(...this.#attempts());
    if (!this.pending.has('looks') && !this.pending.has('arrivals')) steps.push(...this.#looks());
    if (!this.pending.has('shadows')) steps.push(...this.#shadows());
    if (!this.pending.has('handOver')) steps.push(() => this.#handOver());
    if (world.now >= (this.state.deadline ?? Infinity))
      steps.push(() => {
        if (this.state.expire(world.now)) this.#changed = true;
      });
    if (!this.report && this.#changed) steps.push(() => this.#tell());
    if (!world.dice.benign && !this.report && !this.#changed && this.pending.size === 0 && !isBatchOver(this.state))
      steps.push(() => this.#continueAsNew());
    return steps;
  }

  /** When time alone gives it something to do, epoch milliseconds. */
  wakeAt(): number[] {
    if (this.ended) return [];
    const { state } = this;
    const times = [...state.files.values(), ...state.shadows].flatMap(({ lookAt }) => lookAt ?? []);
    return [state.nextAttemptAt() ?? Infinity, state.deadline ?? Infinity, ...times];
  }

  /** The report has reached the task, or found it ended. */
  reported(): void {
    this.report = null;
  }

  #tell(): void {
    this.#changed = false;
    // The loop of the attempts runs before that of the reports.
    this.#giveBackTurn();
    this.#near.outcomes(takeOutcomes(this.state));
    const report = takeReport(this.state, this.input.batch, this.#toldSlot);
    if (report) this.#toldSlot = report.slot;
    // An ended batch ends when its last words have arrived and nothing has happened since.
    if (report && !this.state.finished) this.report = structuredClone(report);
  }

  tryEnd(): void {
    if (this.report || this.#changed || this.pending.size > 0 || !isBatchOver(this.state)) return;
    this.ended = true;
  }

  #attempts(): Step[] {
    const { state } = this;
    const { world } = this.#near;
    if (state.list('sent').length > 0) {
      const kills = state.toKill();
      return kills.length > 0 ? [() => this.#cancel(kills, null)] : [() => this.#follow()];
    }
    const at = state.nextAttemptAt();
    if (at === null || at > world.now) return state.slot === 'active' ? [() => this.#giveBackTurn()] : [];
    if (state.slot === 'active' && state.target) return [() => this.#submit()];
    if (state.slot === 'wanted') return [];
    return [
      () => {
        state.slot = 'wanted';
        this.#changed = true;
      },
    ];
  }

  #giveBackTurn(): void {
    const { state } = this;
    if (state.slot !== 'active' || this.pending.has('attempts') || state.list('sent').length > 0) return;
    const at = state.nextAttemptAt();
    if (at === null || at > this.#near.world.now) state.slot = 'idle';
  }

  #submit(): void {
    const { state, input } = this;
    const { world } = this.#near;
    const files = state.beginAttempt(world.now);
    assert(files.length > 0 && files.length <= input.policy.maxFilesPerFtsJob, `an FTS job of ${files.length} files`);
    this.#changed = true;
    const jobId = `${input.run}/${input.batch}/${state.attempt}`;
    const answer = world.dice.pick(['submitted', 'submitted', 'submitted', 'astray', 'refused', 'held', 'elsewhere']);
    if (answer === 'submitted' || answer === 'astray') world.submit(jobId, files);
    this.pending.set('attempts', () => {
      if (answer === 'submitted') state.submitted(jobId, 'digest', world.now);
      else if (answer === 'held') hold(state, 'SiteMisconfigured', world.now);
      else if (answer === 'elsewhere') waitElsewhere(state, 'FTS is down', world.now);
      else if (answer === 'astray') {
        state.submitted(jobId, 'digest', world.now);
        this.#cancel(state.list('sent'), 'FTS made another job');
      } else for (const file of files) state.failed(file, 'FTS refused', 'FAILED', world.now, world.dice.next);
    });
  }

  #follow(): void {
    const { state } = this;
    const { world } = this.#near;
    const sent = state.list('sent');
    const jobId = state.ftsJobId;
    assert(jobId !== null, 'files are sent in no job');
    if (world.dice.chance(0.03)) {
      world.forget(jobId);
      applyJobGone(state, world.now);
    } else if (world.dice.chance(0.05)) return this.#cancel(sent, 'no change');
    else {
      const waitedFor = new Set(sent.map(({ key }) => key));
      const over = world.look(jobId).filter((row) => waitedFor.has(row.key) && isOver(row));
      if (over.length === 0) return;
      applyFtsResults(state, over, world.now, world.dice.next);
    }
    this.#changed = true;
    if (state.list('sent').length === 0) state.ftsJobId = null;
  }

  #cancel(asked: BatchFile[], givenUp: string | null): void {
    const { state } = this;
    const { world } = this.#near;
    const jobId = state.ftsJobId ?? '';
    const whole = asked.length === state.list('sent').length;
    world.cancel(jobId, whole ? null : new Set(asked.map(({ key }) => key)));
    this.pending.set('attempts', () => {
      applyCancelResults(state, { asked, whole, givenUp }, world.look(jobId), world.now, world.dice.next);
      if (state.list('sent').length === 0) state.ftsJobId = null;
    });
  }

  #shadows(): Step[] {
    const { state } = this;
    const { world } = this.#near;
    const followed = followedShadows(state);
    if (!followed) return [];
    const { jobId, keys, stoppable } = followed;
    if (stoppable)
      return [
        () => {
          world.cancel(jobId, null);
          this.pending.set('shadows', () => {
            shadowsStopped(state, jobId);
            applyShadowRows(state, followed, world.look(jobId), world.now);
          });
        },
      ];
    const rows = world.look(jobId);
    const over = rows.filter((row) => keys.includes(row.key) && isOver(row));
    if (rows.length > 0 && over.length === 0) return [];
    return [
      () => {
        applyShadowRows(state, followed, rows.length > 0 ? over : 'gone', world.now);
        this.#changed = true;
      },
    ];
  }

  #looks(): Step[] {
    const { state } = this;
    const { world } = this.#near;
    const files = dueForLook(state, world.now);
    const steps: Step[] = [];
    if (files.length > 0)
      steps.push(() => {
        const results = files.map((file) => world.settle(file, file.source === 'present'));
        this.pending.set('looks', () => applySettleResults(state, results, world.now, world.dice.next));
      });
    const due = shadowsDue(state, world.now).flatMap(({ key }) => state.files.get(key) ?? []);
    if (due.length > 0)
      steps.push(() => {
        const results = due.map((file) => world.removeArrived(file));
        this.pending.set('arrivals', () => applyArrivalResults(state, results, world.now));
      });
    return steps;
  }

  #handOver(): void {
    const files = takeForPublication(this.state);
    if (files.length === 0) return;
    this.pending.set('handOver', () => this.#near.handOver(files, this.input.batch));
  }

  #continueAsNew(): void {
    this.#toldSlot = this.state.slot;
    const snapshot = JSON.parse(JSON.stringify(this.state.snapshot())) as BatchSnapshot;
    this.state = BatchState.restore(snapshot, this.input.policy);
    this.#changed = true;
  }
}

const isOver = (row: FtsFileResult): boolean => !['open', 'dying'].includes(fateOf(row));
