import { setTimeout as sleep } from 'node:timers/promises';
import type { DaySample } from './day-world.ts';
import type { DayFiles } from './day-files.ts';
import type { Reporter } from './reporter.ts';
import type { DayStand } from './day-stand.ts';

/** How far a day is at one moment. */
export interface DayMoment extends DaySample {
  /** Seconds since the first report. */
  at: number;
  reported: number;
  /** Seconds of the day that have passed. */
  clock: number;
  /** Seconds of CPU so far, and MiB at this moment. */
  cpu: ReturnType<DayStand['cpu']>;
  memory: ReturnType<DayStand['memoryNow']>;
}

const EVERY_MS = 1_000;
const TELL_EVERY = 10;

/** Reported and not yet sent: what one window holds twice over, and something for what is just on its way. */
const mayWait = (filesPerSecond: number, windowSeconds: number): number =>
  Math.round(2 * filesPerSecond * (windowSeconds + 5)) + 500;

/** Looks at the world every second until told to end, stops the reporter's clock while too much waits, and says how far the day is. */
export async function watchDay(
  { day, speed, batchWindow }: { day: DayFiles; speed: number; batchWindow: number },
  reporter: Reporter,
  stand: Pick<DayStand, 'world' | 'cpu' | 'memoryNow'>,
  signal: AbortSignal,
): Promise<DayMoment[]> {
  const moments: DayMoment[] = [];
  const most = mayWait((day.files / day.seconds) * speed, batchWindow);
  const start = performance.now();
  for (let last = start; !signal.aborted;) {
    const sample = await stand.world.sample();
    const now = performance.now();
    const { reported, clock } = reporter;
    const used = { cpu: stand.cpu(), memory: stand.memoryNow() };
    const moment = { ...sample, ...used, at: (now - start) / 1000, reported, clock };
    moments.push(moment);
    if (reporter.hold) reporter.heldMs += now - last;
    last = now;
    reporter.hold = unsent(moment) > most;
    if (moments.length % TELL_EVERY === 0) {
      const before = moments.at(-1 - TELL_EVERY) ?? moments[0]!;
      tell(
        moment,
        before,
        minutesLeft(moment, before, { files: day.files, seconds: day.seconds, speed }),
        reporter.hold,
      );
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
  return moments;
}

/** Files reported that FTS has not got; those that are to be tried again count as sent. */
export const unsent = ({ reported, sent, failed }: DayMoment): number => Math.max(0, reported - (sent - failed));

/** Until the last report at the wanted speed, or until the last copy at the pace of the last seconds, whichever is longer; NaN for nobody knows. */
function minutesLeft(
  now: DayMoment,
  before: DayMoment,
  { files, seconds, speed }: { files: number; seconds: number; speed: number },
): number {
  const pace = (now.arrived - before.arrived) / (now.at - before.at);
  const reports = Math.max(0, seconds - now.clock) / speed;
  return Math.max(reports, pace > 0 ? (files - now.arrived) / pace : NaN) / 60;
}

function tell(now: DayMoment, before: DayMoment, left: number, isHeld: boolean): void {
  const seconds = Math.max(0.001, now.at - before.at);
  const rate = (of: 'reported' | 'sent' | 'arrived' | 'published'): string =>
    `${now[of]} (${((now[of] - before[of]) / seconds).toFixed(0)}/s)`;
  const minutes = Number.isFinite(left) ? left.toFixed(1) : '?';
  console.log(
    `${now.at.toFixed(0).padStart(5)} s  ${hours(now.clock)} of the day${isHeld ? ', held' : ''}: reported ${rate('reported')}, sent ${rate('sent')}, ` +
      `done ${rate('arrived')}, published ${rate('published')}; waiting ${unsent(now)}; ${minutes} min left`,
  );
}

const hours = (seconds: number): string =>
  `${Math.floor(seconds / 3600)}:${String(Math.floor((seconds / 60) % 60)).padStart(2, '0')} h`;
