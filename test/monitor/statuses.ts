import type { TaskStatus } from '../../src/contract/messages.ts';
import type { FailureClass } from '../../src/domain/failure-classes.ts';

/** Files of a made-up link, of a gigabyte each. */
export interface LinkCase {
  source?: string;
  destination?: string;
  open?: number;
  done?: number;
  failed?: number;
  failures?: Partial<Record<FailureClass, number>>;
}

export const GB = 1_000_000_000;
const none = { jobs: 0, files: 0, examples: [] };

/** What a task would answer. Times are epoch seconds. */
export function statusOf(
  task: string,
  links: LinkCase[],
  over: { openedAt?: number; published?: number; acquired?: number; reasons?: string[] } = {},
): TaskStatus {
  const { openedAt = 0, published = 0, acquired = 0, reasons = [] } = over;
  const user = /:(.*?)_crab/.exec(task)?.[1] ?? '';
  const counted = links.map(
    ({ source = 'T2_A', destination = 'T2_B', open = 0, done = 0, failed = 0, failures = {} }) => ({
      ...{ source, destination, files: open + done + failed, failures, lastChangeAt: 0 },
      bytes: { open: open * GB, done: done * GB, failed: failed * GB },
      transfer: { NEW: open, DONE: done, FAILED: failed },
    }),
  );
  const classes = [...new Set(links.flatMap(({ failures = {} }) => Object.keys(failures)))] as FailureClass[];
  return {
    ...{
      task,
      user,
      closed: false,
      paused: false,
      complete: false,
      openedAt: openedAt * 1000,
      lastChangeAt: openedAt * 1000,
    },
    files: counted.reduce((sum, { files }) => sum + files, 0),
    jobs: { total: 1, complete: 0 },
    ...{ transfer: {}, publication: { DONE: published, ACQUIRED: acquired }, priority: null },
    links: counted,
    failures: classes.map((name) => ({ class: name, files: 1, reasons })),
    ...{ datasets: [], rejections: [], held: [], unreported: none, heldBack: none, waitsFor: [] },
    batches: { started: 1, open: 1, active: 1, waiting: 0, inWindow: 0 },
  };
}
