import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { DayAudit } from './audit.ts';
import type { DayPlaces, DaySample, DayWorldOptions } from './day-world.ts';

export interface WorldQuestion {
  id: number;
  ask: 'sample' | 'audit';
}

export interface WorldAnswer {
  id: number;
  places?: DayPlaces;
  sample?: DaySample;
  audit?: DayAudit;
}

/** The day's world in a process of its own, so that what it costs can be told from what its visitors cost. It ends with this process. */
export class WorldProcess {
  readonly places: DayPlaces;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: WorldAnswer) => void>();
  #asked = 0;

  private constructor(child: ChildProcess, places: DayPlaces) {
    this.#child = child;
    this.places = places;
    child.on('message', (answer: WorldAnswer) => this.#waiting.get(answer.id)?.(answer));
  }

  /** @throws Error when it ends before it is ready */
  static async start(options: DayWorldOptions): Promise<WorldProcess> {
    const main = fileURLToPath(new URL('world-main.ts', import.meta.url));
    const child = fork(main, [JSON.stringify(options)], {
      // Numbers by the hundred thousand go between the two.
      serialization: 'advanced',
      execArgv: ['--max-old-space-size=6144'],
    });
    const ended = once(child, 'exit').then(() => {
      throw new Error('the simulators ended before they were ready');
    });
    ended.catch(() => undefined);
    const [ready] = (await Promise.race([once(child, 'message'), ended])) as [WorldAnswer];
    return new WorldProcess(child, ready.places!);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async sample(): Promise<DaySample> {
    return (await this.#ask('sample')).sample!;
  }

  async audit(): Promise<DayAudit> {
    return (await this.#ask('audit')).audit!;
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  async #ask(ask: WorldQuestion['ask']): Promise<WorldAnswer> {
    const id = ++this.#asked;
    const { promise, resolve, reject } = Promise.withResolvers<WorldAnswer>();
    const ended = (): void => reject(new Error('the simulators have ended'));
    this.#child.once('exit', ended);
    this.#waiting.set(id, resolve);
    this.#child.send({ id, ask } satisfies WorldQuestion);
    try {
      return await promise;
    } finally {
      this.#waiting.delete(id);
      this.#child.off('exit', ended);
    }
  }
}
