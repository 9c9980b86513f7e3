import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { adler32, adler32Hex } from '../domain/adler32.ts';
import { contentOf, crabRecord, metadataOf } from './generate.ts';
import { makePlan } from './plan.ts';
import { TASKS } from './task-shapes.ts';

export interface JobsOptions {
  /** Root of the sites' folders. */
  root: string;
  /** CRAB's REST, a simulator's: `http://host:port/crabserver/prod`. */
  crabUrl: string;
  files: number;
  seed: number;
  /** In the tasks' names, and in those of their files and datasets: another run has others. */
  run: string;
}

/**
 * Jobs of the demo's tasks leave their files at the sites and tell CRAB of them, as if they had run: for simulators that are processes of their own.
 * @returns CRAB's records, as its PostJob would write them: what `aso submit` takes
 * @throws Error where CRAB does not take the metadata of a file
 */
export async function playJobs({ root, crabUrl, files, seed, run }: JobsOptions): Promise<object[]> {
  // Areas of groups are for their members, of whom simulated sites know none.
  const shapes = TASKS.filter(({ destinationArea }) => destinationArea.startsWith('/store/user/')).map((shape) => ({
    ...shape,
    label: `${shape.label}_${run}`,
    publication: shape.publication === 'never' ? ('never' as const) : ('with-report' as const),
  }));
  const records: object[] = [];
  for (const task of makePlan(shapes, files, seed))
    for (const job of task.jobs)
      for (const [at, file] of job.files.entries()) {
        const content = contentOf(file, seed);
        const sum = adler32Hex(adler32(content));
        const path = join(root, job.source, file.sourceLfn);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, content);
        if (file.type === 'output') await tellCrab(crabUrl, task.name, metadataOf(task, job, file, sum, at));
        records.push(crabRecord(task, job, file, sum, 0));
      }
  return records;
}

/** As CRAB's jobs do, before their files are copied. */
async function tellCrab(crabUrl: string, task: string, file: ReturnType<typeof metadataOf>): Promise<void> {
  const runs = Object.entries(file.runlumi ?? {});
  const form = new URLSearchParams({
    ...{ taskname: task, outtype: 'EDM', jobid: String(file.jobid), outdatasetname: String(file.outdataset) },
    ...{ acquisitionera: 'null', appver: String(file.swversion), events: String(file.inevents), outlfn: file.lfn },
    ...{ publishdataname: String(file.publishname), outlocation: String(file.location) },
    ...{ outtmplocation: String(file.tmplocation), outsize: String(file.filesize), filestate: 'TRANSFERRING' },
    ...{ checksumadler32: String(file.adler32), checksumcksum: String(file.cksum), checksummd5: 'asda' },
  });
  for (const [number, lumis] of runs) {
    form.append('outfileruns', number);
    form.append('outfilelumis', Object.entries(lumis).map((pair) => pair.join(':')).join(',')); // prettier-ignore
  }
  const answer = await fetch(`${crabUrl}/filemetadata`, { method: 'PUT', body: form });
  if (!answer.ok) throw new Error(`CRAB does not take the metadata of ${file.lfn}: HTTP ${answer.status}`);
}
