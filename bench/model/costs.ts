import { CPU, HISTORY_BYTES, type Linear } from './calibration.ts';
import type { Findings } from './findings.ts';

/** What a load costs, per job output. */
export interface Costs {
  filesPerJobOutput: number;
  transitions: number;
  events: number;
  /** Bytes of history, after the codec. */
  historyBytes: number;
  ftsRequests: number;
  /** Requests of workers and clients to Temporal: each task and each attempt of an activity is fetched and answered. */
  temporalRequests: number;
  /** Seconds. */
  workerCpu: number;
  serverCpu: number;
  databaseCpu: number;
}

export function costsOf(findings: Findings): Costs {
  const { files, jobOutputs, all, allFtsRequests } = findings;
  const cpu = ({ perTransition, perFile }: Linear): number => perTransition * all.transitions + perFile * files;
  const each = (whole: number): number => whole / jobOutputs;
  return {
    filesPerJobOutput: each(files),
    transitions: each(all.transitions),
    events: each(all.events),
    historyBytes: each(HISTORY_BYTES.perEvent * all.events + HISTORY_BYTES.perFile * files),
    ftsRequests: each(allFtsRequests),
    temporalRequests: each(2 * (all.workflowTasks + all.activities) + jobOutputs),
    workerCpu: each(cpu(CPU.worker)),
    serverCpu: each(cpu(CPU.server)),
    databaseCpu: each(cpu(CPU.database)),
  };
}
