import { isFinalTransfer, type TransferState } from '../states.ts';
import type { TaskState } from './task-state.ts';

/**
 * Bytes of files by what became of their transfer: absolute sums, so that telling them twice changes nothing. `failed`: FAILED or KILLED.
 * The ledger knows no sizes of single files; a batch, which has the records, tells these three numbers with the states of its files.
 */
export interface Volume {
  open: number;
  done: number;
  failed: number;
}

export const noVolume = (): Volume => ({ open: 0, done: 0, failed: 0 });

/** Adds one to another. */
export function addVolume(to: Volume, { open, done, failed }: Volume): void {
  to.open += open;
  to.done += done;
  to.failed += failed;
}

/** The sum over files. */
export function volumeOf(files: Iterable<{ record: { size: number }; transfer?: TransferState }>): Volume {
  const sum = noVolume();
  for (const { record, transfer = 'NEW' } of files)
    sum[transfer === 'DONE' ? 'done' : isFinalTransfer(transfer) ? 'failed' : 'open'] += record.size;
  return sum;
}

/** Bytes of a task by link, in the ledger's order: of batches that have ended, of those that have not, and of what waits for one. */
export function linkVolumes({ ledger, batches, window, successors }: TaskState): Volume[] {
  const volumes = ledger.links.map((_, link) => ({ ...(ledger.volumes[link] ?? noVolume()) }));
  const add = (link: number, volume: Volume): void => {
    const sum = volumes[link];
    if (sum) addVolume(sum, volume);
  };
  for (const { link, bytes } of batches.list()) if (bytes) add(link, bytes);
  for (const file of [...window.files(), ...successors.values()]) {
    const entry = ledger.byKey.get(file.key);
    if (entry) add(entry.link, volumeOf([file]));
  }
  return volumes;
}

/** What a batch that ends has come to is kept with its link. What it leaves open has been ended by force. */
export function keepVolume({ ledger, batches }: TaskState, batch: number): void {
  const link = batches.linkOf(batch);
  const bytes = batches.bytesOf(batch);
  if (link === undefined || !bytes) return;
  const { open, done, failed } = bytes;
  addVolume((ledger.volumes[link] ??= noVolume()), { open: 0, done, failed: failed + open });
}
