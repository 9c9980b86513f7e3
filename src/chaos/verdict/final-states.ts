import { isFinalPublication, isFinalTransfer } from '../../domain/states.ts';
import { checkAll, type Check } from '../../demo/verification.ts';
import type { Evidence } from '../evidence.ts';
import { isSame, nameOf, saidGeneration } from './generations.ts';

/** Every file in exactly one final state, which agrees with the disks. */
export async function checkFinalStates({ files, statuses, arrived, workflows }: Evidence): Promise<Check[]> {
  const wanted = new Set(files.map(nameOf));
  return [
    await checkAll('files reported, each in the books of its task, in a final state', files, (file) => {
      const { said } = file;
      if (!said) return `${nameOf(file)} is missing from its task's books`;
      const isFinal = isFinalTransfer(said.transfer) && isFinalPublication(said.publication);
      return isFinal ? null : `${nameOf(file)} is ${said.transfer}, its publication ${said.publication}`;
    }),
    await checkAll('tasks whose counts are those of their files', statuses, ({ task, files: counted, transfer }) => {
      const own = files.filter((file) => file.task.name === task).length;
      const sum = Object.values(transfer).reduce((a, b) => a + b, 0);
      return counted === own && sum === own ? null : `${task}: ${own} files, ${counted} in status, ${sum} by state`;
    }),
    await checkAll('files DONE: their bytes at the destination, their source gone', files, (file) => {
      const generation = saidGeneration(file);
      if (file.said?.transfer !== 'DONE' || !generation) return null;
      if (!isSame(file.atDestination, generation))
        return `${nameOf(file)} is DONE; there lies ${text(file.atDestination)}`;
      return isSame(file.atSource, generation) ? `the source of ${nameOf(file)} is still there` : null;
    }),
    await checkAll('other files: nothing of theirs at the destination, their source kept', files, (file) => {
      const generation = saidGeneration(file);
      if (!generation || file.said?.transfer === 'DONE') return null;
      const { said, atSource, atDestination, generations } = file;
      // Nobody knows the sum of a log, so that its copy is nobody's beyond doubt, and left alone.
      const isLog = file.file.type === 'log';
      if (isSame(atDestination, generation) && !isLog)
        return `${nameOf(file)} is ${said?.transfer}, and its bytes are there`;
      // What an earlier run of the job had brought there may stay.
      if (atDestination && !isLog && !generations.some((one) => isSame(atDestination, one)))
        return `${nameOf(file)} is ${said?.transfer}; there lies ${text(atDestination)}`;
      const isKept =
        file.file.fault === 'vanished' ? atSource === null : generations.some((one) => isSame(atSource, one));
      return isKept ? null : `${nameOf(file)} is ${said?.transfer}, at its source lies ${text(atSource)}`;
    }),
    await checkAll('files at destinations, none that nobody reported', arrived, (name) =>
      wanted.has(name) ? null : name,
    ),
    await checkAll('workflows, each ended well', workflows, ({ workflowId, status }) =>
      status === 'COMPLETED' ? null : `${workflowId} is ${status}`,
    ),
  ];
}

const text = (found: { size: number; adler32: string } | null): string =>
  found ? `${found.size} bytes, ${found.adler32}` : 'nothing';
