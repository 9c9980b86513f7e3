import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { adler32, adler32Hex } from '../domain/adler32.ts';
import type { SimulatedWorld } from '../simulators/world.ts';
import type { ExpectedFile } from './expectations.ts';
import type { Generated } from './generate.ts';
import type { TaskResult } from './results.ts';
import { checkAll, type Check } from './verification.ts';

/**
 * Looks at the disks, and holds against them what the tasks say of their files and what the generator made: where a task says DONE, the
 * file must be there.
 */
export async function verifyFiles(
  world: SimulatedWorld,
  made: Generated,
  expected: readonly ExpectedFile[],
  results: readonly TaskResult[],
): Promise<Check[]> {
  const said = new Map(results.flatMap(({ task, files }) => files.map((file) => [`${task.name} ${file.key}`, file])));
  const saidOf = ({ task, key }: ExpectedFile) => said.get(`${task.name} ${key}`);
  const done = expected.filter((file) => saidOf(file)?.transfer === 'DONE');
  const others = expected.filter((file) => saidOf(file)?.transfer !== 'DONE');
  const wanted = new Map<string, number>();
  for (const file of expected) wanted.set(nameOf(file), (wanted.get(nameOf(file)) ?? 0) + 1);
  const bytes = async (site: string, lfn: string): Promise<Buffer | null> =>
    readFile(join(world.storage.root, site, lfn)).catch(() => null);
  const differs = (found: Buffer, lfn: string): string | null => {
    const { size, adler32: sum } = made.files.get(lfn) ?? { size: -1, adler32: '' };
    if (found.length !== size) return `${found.length} bytes instead of ${size}`;
    const actual = adler32Hex(adler32(found));
    return actual === sum ? null : `adler32 ${actual} instead of ${sum}`;
  };

  return [
    await checkAll('files reported, each in the books of its task', expected, (file) =>
      saidOf(file) ? null : `${nameOf(file)} is missing from its task's books`,
    ),
    await checkAll(
      'tasks whose counts add up to what was reported, nothing more',
      results,
      ({ task, status, files }) => {
        const reported = expected.filter((file) => file.task === task).length;
        const counted = Object.values(status.transfer).reduce((sum, count) => sum + count, 0);
        const keys = new Set(files.map(({ key }) => key)).size;
        return [status.files, counted, files.length, keys].every((count) => count === reported)
          ? null
          : `${task.label}: ${reported} reported, ${status.files} in status, ${counted} by state, ${files.length} listed, ${keys} distinct`;
      },
    ),
    await checkAll(
      'files DONE: at the destination with the right size and adler32, source gone',
      done,
      async (file) => {
        const {
          job,
          file: { sourceLfn, destinationLfn },
        } = file;
        const copy = await bytes(job.destination, destinationLfn);
        if (!copy) return `${nameOf(file)} is DONE and not there`;
        const difference = differs(copy, destinationLfn);
        if (difference) return `${nameOf(file)} has ${difference}`;
        return (await bytes(job.source, sourceLfn)) ? `${job.source}:${sourceLfn} is still there` : null;
      },
    ),
    await checkAll(
      'other files: source untouched, or gone as scripted; nothing at the destination',
      others,
      async (file) => {
        const {
          job,
          file: { sourceLfn, destinationLfn, fault },
        } = file;
        if (await bytes(job.destination, destinationLfn)) return `${nameOf(file)} is there and not DONE`;
        const source = await bytes(job.source, sourceLfn);
        if (fault === 'vanished') return source ? `${job.source}:${sourceLfn} has come back` : null;
        if (!source) return `${job.source}:${sourceLfn} is gone and the file not DONE`;
        const difference = differs(source, destinationLfn);
        return difference && `${job.source}:${sourceLfn} has ${difference}`;
      },
    ),
    await checkAll('files at the destinations, none that nobody reported', await listAll(world, expected), (name) =>
      wanted.has(name) ? null : name,
    ),
    await checkAll(
      'files FAILED are exactly those scripted to, each for its reason; all others are DONE',
      expected,
      (file) => {
        const { transfer, failure } = saidOf(file) ?? {};
        const agrees = transfer === file.transfer && (transfer === 'DONE' || failure === file.failure);
        return agrees
          ? null
          : `${nameOf(file)} is ${transfer} ${failure ?? ''}, scripted: ${file.transfer} ${file.failure ?? ''}`;
      },
    ),
  ];
}

async function listAll(world: SimulatedWorld, expected: readonly ExpectedFile[]): Promise<string[]> {
  const sites = [...new Set(expected.map(({ job }) => job.destination))];
  const lists = await Promise.all(
    sites.map(async (site) => (await world.storage.listFiles(site)).map((lfn) => `${site}:${lfn}`)),
  );
  return lists.flat();
}

/** Site and name of where a file goes. */
export const nameOf = ({ job, file }: ExpectedFile): string => `${job.destination}:${file.destinationLfn}`;
