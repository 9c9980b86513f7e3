import type { CrabWord } from '../domain/crab-word.ts';
import type { UnnamedFiles } from '../domain/ledger/bookkeeping.ts';

export interface CrabActivities {
  /** Lumi sections and bytes of each file that CRAB has metadata of; the others are absent. */
  measureFiles(request: { task: string; lfns: string[] }): Promise<{ lfn: string; lumis: number; bytes: number }[]>;
  /** Tells CRAB's rows of a task's files what became of them. */
  tellCrab(request: TellCrabRequest): Promise<ToldCrabResult>;
  /** The same of files whose ids the task has not kept: CRAB's list of its rows says which they are. Rows of newer generations are left alone. */
  tellCrabUnnamed(request: { task: string } & UnnamedFiles): Promise<null>;
}

export interface TellCrabRequest {
  task: string;
  words: CrabWord[];
  /** They may have been said before, and rows have become newer generations' since: rows are looked at first. */
  again?: true;
}

export interface ToldCrabResult {
  /** Ids of rows that were not told, since they are newer generations' by now. */
  outdated: string[];
}
