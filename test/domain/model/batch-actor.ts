import { strict as assert } from 'node:assert';
import type { BatchFile } from '../../../src/domain/batch/batch-file.ts';
import { applyOrder } from '../../../src/domain/batch/batch-orders.ts';
import type { BatchSnapshot } from '../../../src/domain/batch/batch-snapshot.ts';
import { BatchState } from '../../../src/domain/batch/batch-state.ts';
import { applyCancelResults, applyFtsResults, applyJobGone } from '../../../src/domain/batch/fts-results.ts';
import { barAll, hold, permit, waitElsewhere } from '../../../src/domain/batch/holding.ts';
import {
  hasForPublisher,
  isBatchOver,
  takeForPublication,
  takeOutcomes,
  takeReport,
} from '../../../src/domain/batch/reporting.ts';
import type { BatchFileInput, BatchOrder, BatchReport, FtsTarget } from '../../../src/domain/orders.ts';
import type { Policy } from '../../../src/domain/policy.ts';
import { isOver, lookSteps, shadowSteps, type Afterwards } from './batch-afterwards.ts';
import type { BatchWorld, Loop, Step, Submission } from './batch-world.ts';

export interface BatchInput {
  batch: number;
  run: string;
  policy: Policy;
  files: BatchFileInput[];
  target: FtsTarget | null;
  /** The publishers of its datasets run already. */
  publishing: boolean;
}

/** What a batch needs of the others. */
export interface BatchNeighbours {
  world: BatchWorld;
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
  readonly pending = new Map<Loop, () => void>();
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

  /** What looks at storage and at copies that nobody waits for work on. */
  get #afterwards(): Afterwards {
    return { state: this.state, world: this.#near.world, pending: this.pending, changed: () => (this.#changed = true) };
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
    const steps: Step[] = [...this.pending].map(([what, go]) => ({
      what,
      run: () => {
        this.pending.delete(what);
        go();
        this.#changed = true;
      },
    }));
    if (!this.pending.has('attempts')) steps.push(...this.#attempts());
    if (!this.pending.has('looks') && !this.pending.has('arrivals')) steps.push(...lookSteps(this.#afterwards));
    if (!this.pending.has('shadows')) steps.push(...shadowSteps(this.#afterwards));
    if (!this.pending.has('handOver') && hasForPublisher(this.state))
      steps.push({ what: 'hand-over', run: () => this.#handOver() });
    if (world.now >= (this.state.deadline ?? Infinity)) steps.push({ what: 'expire', run: () => this.#expire() });
    if (!this.report && this.#changed) steps.push({ what: 'tell', run: () => this.#tell() });
    if (world.continues && !this.report && !this.#changed && this.pending.size === 0 && !isBatchOver(this.state))
      steps.push({ what: 'continue-as-new', run: () => this.#continueAsNew() });
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
      if (kills.length > 0) return [{ what: 'cancel', run: () => this.#cancel(kills, null) }];
      return [{ what: 'follow', run: () => this.#follow() }];
    }
    if (state.bar !== null && state.list('waiting').length > 0)
      return [{ what: 'ask-permission', run: () => this.#askPermission() }];
    state.bar = null;
    const at = state.nextAttemptAt();
    if (at === null || at > world.now)
      return state.slot === 'active' ? [{ what: 'turn', run: () => this.#giveBackTurn() }] : [];
    if (state.slot === 'active' && state.target) return [{ what: 'submit', run: () => this.#submit() }];
    if (state.slot === 'wanted') return [];
    return [{ what: 'turn', run: () => this.#wantTurn() }];
  }

  #wantTurn(): void {
    this.state.slot = 'wanted';
    this.#changed = true;
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
    const answer = world.submit(jobId, files);
    this.pending.set('attempts', () => this.#submitted(answer, jobId, files));
  }

  #submitted(answer: Submission, jobId: string, files: BatchFile[]): void {
    const { state } = this;
    const { now, random } = this.#near.world;
    if (answer.kind === 'submitted') state.submitted(jobId, 'digest', now);
    else if (answer.kind === 'barred') barAll(state, answer.reason, now);
    else if (answer.kind === 'held') hold(state, answer.reason, now);
    else if (answer.kind === 'elsewhere') waitElsewhere(state, 'FTS is down', now);
    else if (answer.kind === 'astray') {
      state.submitted(jobId, 'digest', now);
      this.#cancel(state.list('sent'), 'FTS made another job');
    } else for (const file of files) state.failed(file, 'FTS refused', 'FAILED', now, random);
  }

  #follow(): void {
    const { state } = this;
    const { world } = this.#near;
    const sent = state.list('sent');
    const jobId = state.ftsJobId;
    assert(jobId !== null, 'files are sent in no job');
    const found = world.follow(jobId);
    if (found === 'stalled') return this.#cancel(sent, 'no change');
    if (found === 'gone') applyJobGone(state, world.now);
    else if ('recalled' in found) return this.#cancel(sent, found.recalled, true);
    else {
      const waitedFor = new Set(sent.map(({ key }) => key));
      const over = found.filter((row) => waitedFor.has(row.key) && isOver(row));
      if (over.length === 0) return;
      applyFtsResults(state, over, world.now, world.random);
    }
    this.#changed = true;
    if (state.list('sent').length === 0) state.ftsJobId = null;
  }

  #askPermission(): void {
    const { state } = this;
    const { world } = this.#near;
    const [first] = state.list('waiting');
    const held = first ? world.holdOf(first) : null;
    if (held === state.bar) return;
    if (held === null) permit(state);
    else barAll(state, held, world.now);
    this.#changed = true;
  }

  #expire(): void {
    if (this.state.expire(this.#near.world.now)) this.#changed = true;
  }

  /** @param barred an operator's rule calls the job back */
  #cancel(asked: BatchFile[], givenUp: string | null, barred = false): void {
    const { state } = this;
    const { world } = this.#near;
    const jobId = state.ftsJobId ?? '';
    const whole = asked.length === state.list('sent').length;
    world.cancel(jobId, whole ? null : new Set(asked.map(({ key }) => key)));
    this.pending.set('attempts', () => {
      applyCancelResults(state, { asked, whole, givenUp, barred }, world.look(jobId), world.now, world.random);
      if (barred) barAll(state, givenUp ?? '', world.now);
      if (state.list('sent').length === 0) state.ftsJobId = null;
    });
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
