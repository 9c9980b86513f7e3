import { setTimeout as sleep } from 'node:timers/promises';
import type { Cast } from './cast.ts';
import { STRIKES } from './strikes/index.ts';
import type { PlannedStrike } from './plan-strikes.ts';

/** Strikes as planned, each at its time; returns when the last one is over. @param since epoch ms of the beginning */
export async function strikeAll(
  cast: Cast,
  strikes: readonly PlannedStrike[],
  since: number,
  signal: AbortSignal,
  tell: (event: string) => void,
): Promise<void> {
  await Promise.all(
    strikes.map(async ({ at, kind, target, lasts }) => {
      await sleep(Math.max(0, since + at - Date.now()), undefined, { signal });
      const part = cast.part(target);
      tell(`⚡ ${target}: ${kind}${lasts > 0 ? ` for ${(lasts / 1000).toFixed(1)} s` : ''}`);
      STRIKES[kind].begin(part);
      await sleep(lasts, undefined, { signal });
      STRIKES[kind].end(part);
    }),
  );
}

/** Ends whatever strikes have left: all processes run, everybody reaches everybody. */
export function healAll(cast: Cast): void {
  for (const { process, proxy } of cast.parts.values()) {
    process.signal('SIGCONT');
    process.rise();
    proxy?.heal();
  }
}
