import type { Client } from '@temporalio/client';
import type { Act, SurveyOptions } from '../../client/index.ts';
import type { Selection, TaskStatus } from '../../contract/messages.ts';
import { counted, printable } from '../terminal.ts';
import type { Aso } from '../with-client.ts';

/** What a command is about to do something to. */
export interface Preview {
  /** Tasks with files that are meant, those with the most first; `files` is null where single files or jobs are chosen. */
  tasks: { task: string; files: number | null }[];
  /** Tasks that do not say where they stand: they are left out. */
  silent: { task: string; reason: string }[];
}

/** What is meant to be done, and with which files. */
export interface Meant {
  act: Act;
  selection: Selection;
  /** It can only be done with whole tasks: the selection says with which. */
  wholeTasks?: boolean;
}

/** Tasks named in a preview; the others are counted. */
const NAMED = 20;

/** Asks the tasks in question where they stand: only those count that have files which are meant. */
export async function previewOf(
  aso: Aso,
  client: Client,
  { act, selection, wholeTasks = false }: Meant,
  scope: SurveyOptions,
  isOver: () => boolean,
): Promise<Preview> {
  const preview: Preview = { tasks: [], silent: [] };
  for await (const { task, status, error } of aso.surveyTasks(client, scope)) {
    if (isOver()) break;
    if (!status) {
      preview.silent.push({ task: task.task, reason: error.message });
      continue;
    }
    const files = aso.affectedFiles(status, act, wholeTasks ? {} : selection);
    if (files !== 0 && isAtSites(status, selection)) preview.tasks.push({ task: task.task, files });
  }
  preview.tasks.sort((a, b) => (b.files ?? 0) - (a.files ?? 0) || a.task.localeCompare(b.task));
  return preview;
}

/** Where files are not counted, a task without any from or to these sites is none of those meant all the same. */
const isAtSites = ({ links }: TaskStatus, { sources, destinations }: Selection): boolean =>
  links.some(
    ({ source, destination }) => (sources?.includes(source) ?? true) && (destinations?.includes(destination) ?? true),
  ) ||
  (!sources && !destinations);

/** In lines. */
export function previewText({ tasks, silent }: Preview): string[] {
  const total = tasks.reduce((sum, { files }) => sum + (files ?? 0), 0);
  const isCounted = tasks.every(({ files }) => files !== null);
  const named = tasks
    .slice(0, NAMED)
    .map(({ task, files }) => `${String(files ?? '').padStart(9)}  ${printable(task)}`);
  return [
    `${isCounted ? `${counted(total, 'file')} of ` : 'chosen files of '}${counted(tasks.length, 'task')}${named.length > 0 ? ':' : ''}`,
    ...named,
    ...(tasks.length > NAMED ? [`           and ${counted(tasks.length - NAMED, 'more task')}`] : []),
    ...silent.map(({ task, reason }) => `left out: ${printable(task)}: ${printable(reason)}`),
  ];
}
