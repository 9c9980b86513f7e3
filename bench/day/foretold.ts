import { DEFAULT_POLICY } from '../../src/domain/policy.ts';
import { CMS } from '../support/cms-figures.ts';

const MINUTES_OF_DAY = 24 * 60;

/**
 * What a day, or a piece of it, is going to take, in words: said before it begins. The memory is what was measured with 3,000 files.
 * @param options files, how many times faster than in life, how many times shorter pauses before retries are still
 */
export function foretold({ files, speed, waits }: { files: number; speed: number; waits: number }): string {
  const reports = ((files / CMS.filesPerDay) * MINUTES_OF_DAY) / speed;
  const retries = DEFAULT_POLICY.retryFor / 60 / (speed * waits);
  return (
    `${files} files, ${speed} times faster than in life: reports come for some ${inMinutes(reports)}, longer where this machine is slower than that;\n` +
    `then up to ${inMinutes(retries)} until what fails has been tried again (--waits 60: sixty times shorter). It takes all of two cores, and\n` +
    '2.4 GiB of memory for 3,000 files, more for more. Ctrl-C ends it: it says how far it came, and leaves nothing.'
  );
}

const inMinutes = (minutes: number): string => `${minutes < 10 ? minutes.toFixed(1) : minutes.toFixed(0)} min`;
