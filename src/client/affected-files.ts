import type { Selection, TaskStatus } from '../contract/messages.ts';
import { isFinalTransfer, type StateCounts, type TransferState } from '../domain/states.ts';

/** What is to be done with files. */
export type Act = 'cancel' | 'retry' | 'publish' | 'priority' | 'pause' | 'resume';

/**
 * How many files of a task something is about to happen to, by its status: before it is asked for. At most: what waits for another attempt
 * counts with its class. Null where the status does not tell, since single files or jobs are chosen.
 */
export function affectedFiles(status: TaskStatus, act: Act, selection: Selection = {}): number | null {
  if (selection.files || selection.jobs) return null;
  if (act === 'pause') return status.paused ? 0 : open(status.transfer);
  if (act === 'resume') return status.paused ? open(status.transfer) : 0;
  if (act === 'publish')
    return selection.sources || selection.destinations || selection.classes ? null : unpublished(status);
  const links = status.links.filter(
    ({ source, destination }) =>
      (selection.sources?.includes(source) ?? true) && (selection.destinations?.includes(destination) ?? true),
  );
  const count = act === 'retry' ? failed : open;
  const publications = act === 'retry' && !selection.sources && !selection.destinations && !selection.classes;
  return (
    sum(
      links.map((link) => {
        const files = count(link.transfer);
        return selection.classes
          ? Math.min(files, sum(selection.classes.map((name) => link.failures[name] ?? 0)))
          : files;
      }),
    ) + (publications ? failedPublications(status) : 0)
  );
}

type Counts = StateCounts<TransferState>;

const sum = (numbers: number[]): number => numbers.reduce((total, number) => total + number, 0);
const failed = ({ FAILED = 0 }: Counts): number => FAILED;
const open = (counts: Counts): number =>
  sum(Object.entries(counts).map(([state, files]) => (isFinalTransfer(state as TransferState) ? 0 : files)));
const unpublished = ({ publication }: TaskStatus): number =>
  (publication.NOT_REQUIRED ?? 0) + (publication.ACQUIRED ?? 0);

/** Those that failed by themselves: not since a sibling did. */
const failedPublications = ({ publication, heldBack }: TaskStatus): number =>
  Math.max(0, (publication.FAILED ?? 0) - heldBack.files);
