/** The day's world in a process of its own: `world-process.ts` starts it, asks it and ends it. */
import { startDayWorld, type DayWorldOptions } from './day-world.ts';
import type { WorldAnswer, WorldQuestion } from './world-process.ts';

const world = await startDayWorld(JSON.parse(process.argv[2] ?? '') as DayWorldOptions);

const tell = (answer: WorldAnswer): void => void process.send?.(answer);

process.on('message', ({ id, ask }: WorldQuestion) => {
  if (ask === 'sample') tell({ id, sample: world.sample() });
  else tell({ id, audit: world.audit() });
});
// Nobody is left who could ask.
process.on('disconnect', () => process.exit());
process.on('SIGINT', () => undefined);
tell({ id: 0, places: world.places });
