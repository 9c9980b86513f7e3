import { STEPS, type Calibration, type Part, type Steps } from './calibration.ts';
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
  cpu: Record<Part, number>;
}

/** What has been done, as the model counted it. */
export const stepsOf = ({ files, all }: Findings): Steps => ({
  ...{ files, transitions: all.transitions, workflows: all.started },
});

/** Seconds of CPU of a part for so many steps. */
export const cpuOf = ({ cpu }: Calibration, part: Part, steps: Steps): number =>
  STEPS.reduce((sum, step) => sum + cpu[part][step] * steps[step], 0);

/** Bytes of history of so many files and events. */
export const bytesOf = ({ history }: Calibration, files: number, events: number): number =>
  history.files * files + history.events * events;

export function costsOf(calibration: Calibration, findings: Findings): Costs {
  const { files, jobOutputs, all, allFtsRequests } = findings;
  const each = (whole: number): number => whole / jobOutputs;
  const cpu = (part: Part): number => each(cpuOf(calibration, part, stepsOf(findings)));
  return {
    filesPerJobOutput: each(files),
    transitions: each(all.transitions),
    events: each(all.events),
    historyBytes: each(bytesOf(calibration, files, all.events)),
    ftsRequests: each(allFtsRequests),
    temporalRequests: each(2 * (all.workflowTasks + all.activities) + jobOutputs),
    cpu: { worker: cpu('worker'), server: cpu('server'), database: cpu('database') },
  };
}
