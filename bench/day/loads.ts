import { crowdLoad, type CrowdOptions } from '../fairness/crowd-load.ts';
import { DayFiles } from './day-files.ts';
import { dayPiece, type DayOptions } from './day-piece.ts';

/** What a load is made from; the same options make the same in every process. */
export type LoadOptions = DayOptions | CrowdOptions;

/** The files of a load. */
export const filesOf = (options: LoadOptions): DayFiles =>
  new DayFiles('crowd' in options ? crowdLoad(options) : dayPiece(options));
