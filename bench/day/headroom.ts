import { availableParallelism } from 'node:os';
import { CMS_FILES_PER_SECOND } from '../support/cms-figures.ts';
import { rounded } from '../support/report/bound.ts';
import type { Report } from '../support/report/report.ts';

/** What a file's CPU means for how much of CMS this machine could take, and what the target would need. */
export function reportHeadroom(report: Report, cpuMsPerFile: number, targetSpeed: number): void {
  const cores = availableParallelism();
  const most = (cores * 1000) / cpuMsPerFile;
  report.table(
    ['by CPU alone, simulators and load included', ''],
    [
      ['a file takes', `${rounded(cpuMsPerFile)} ms`],
      [`${cores} cores that do nothing else take`, `${rounded(most)} files/s`],
      ['that is, of what CMS brings', `× ${rounded(most / CMS_FILES_PER_SECOND)}`],
      ['CMS as it is takes', `${rounded((CMS_FILES_PER_SECOND * cpuMsPerFile) / 1000)} cores`],
      [`${targetSpeed} times as much`, `${rounded((targetSpeed * CMS_FILES_PER_SECOND * cpuMsPerFile) / 1000)} cores`],
    ],
  );
}
