import type { TaskStatus } from '../../contract/messages.ts';

/** Where the files of one link of a task stand: absolute numbers. Columns of `task_links`, in their order. */
export const LINK_COLUMNS = [
  ...(['files', 'waiting', 'submitted', 'retry', 'held', 'done', 'failed', 'killed'] as const),
  ...(['open_bytes', 'done_bytes', 'failed_bytes'] as const),
] as const;
export type LinkNumbers = Record<(typeof LINK_COLUMNS)[number], number>;

/** The numbers of a link as a task's status tells them. What is being killed is still in FTS. */
export function linkNumbers({ files, transfer, bytes }: TaskStatus['links'][number]): LinkNumbers {
  const of = (state: keyof typeof transfer): number => transfer[state] ?? 0;
  return {
    ...{ files, waiting: of('NEW'), submitted: of('SUBMITTED') + of('KILL'), retry: of('RETRY'), held: of('HELD') },
    ...{ done: of('DONE'), failed: of('FAILED'), killed: of('KILLED') },
    ...{ open_bytes: bytes.open, done_bytes: bytes.done, failed_bytes: bytes.failed },
  };
}

/** What happened between two samples; columns of `points`. */
export const FLOW_COLUMNS = [
  ...(['reported', 'done', 'failed', 'killed', 'done_bytes', 'failed_bytes', 'published', 'unpublished'] as const),
] as const;
export type Flow = Record<(typeof FLOW_COLUMNS)[number], number>;

export const noFlow = (): Flow => Object.fromEntries(FLOW_COLUMNS.map((column) => [column, 0])) as Flow;

/** The difference of two samples. What became fewer (a failed file that is tried again) is no flow: it counts when it ends the next time. */
export function flowBetween(before: LinkNumbers | null, now: LinkNumbers): Flow {
  const grown = (column: keyof LinkNumbers): number => Math.max(0, now[column] - (before?.[column] ?? 0));
  return {
    ...noFlow(),
    ...{ reported: grown('files'), done: grown('done'), failed: grown('failed'), killed: grown('killed') },
    ...{ done_bytes: grown('done_bytes'), failed_bytes: grown('failed_bytes') },
  };
}

export function addFlow(to: Flow, flow: Flow): void {
  for (const column of FLOW_COLUMNS) to[column] += flow[column];
}

export const isNothing = (flow: Flow): boolean => FLOW_COLUMNS.every((column) => flow[column] === 0);
