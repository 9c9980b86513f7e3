import { fileURLToPath } from 'node:url';
import { until } from '../../../src/demo/until.ts';
import { startOwnedProcess, type OwnedProcess } from '../../../src/workers/child-process.ts';
import type { PlainTask } from '../plain-task.ts';
import {
  CONTROL,
  type FileTimes,
  type SimulatorFigures,
  type SimulatorsOptions,
  type SimulatorsReady,
} from './control.ts';

const STARTS_WITHIN_MS = 30_000;

/** All simulators in a process of their own, so that what they cost can be told from what is measured. */
export class SimulatorsProcess {
  readonly #process: OwnedProcess;
  readonly where: SimulatorsReady;

  private constructor(process: OwnedProcess, where: SimulatorsReady) {
    this.#process = process;
    this.where = where;
  }

  static async start(options: SimulatorsOptions): Promise<SimulatorsProcess> {
    const main = fileURLToPath(new URL('main.ts', import.meta.url));
    const child = await startOwnedProcess(process.execPath, [main, JSON.stringify(options)]);
    const hasEnded = (): boolean => child.child.exitCode !== null;
    await until(() => hasEnded() || child.output().includes('controlUrl'), AbortSignal.timeout(STARTS_WITHIN_MS));
    if (hasEnded()) throw new Error(`the simulators ended before they answered:\n${child.output()}`);
    const line = child.output().split('\n').find((text) => text.includes('controlUrl')) ?? ''; // prettier-ignore
    return new SimulatorsProcess(child, JSON.parse(line) as SimulatorsReady);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Lays the files of a task at their sources, and tells CRAB of it. */
  async lay(task: PlainTask): Promise<void> {
    const answer = await fetch(this.where.controlUrl + CONTROL.tasks, { method: 'POST', body: JSON.stringify(task) });
    if (!answer.ok) throw new Error(`the task was not laid: HTTP ${answer.status}`);
  }

  figures(): Promise<SimulatorFigures> {
    return this.#get(CONTROL.figures);
  }

  /** Of all files that FTS has had. */
  times(): Promise<FileTimes[]> {
    return this.#get(CONTROL.times);
  }

  stop(): Promise<void> {
    return this.#process.stop();
  }

  async #get<T>(path: string): Promise<T> {
    const answer = await fetch(this.where.controlUrl + path);
    if (!answer.ok) throw new Error(`${path}: HTTP ${answer.status}`);
    return (await answer.json()) as T;
  }
}
