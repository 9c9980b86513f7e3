/**
 * The cancel of many tasks together, as `aso cancel --user` does it: `npm run bench:bulk [-- --tasks 100 --files 4 --json <file>]`.
 * Every task has one active FTS job whose copies hang. How long until each task has answered, until FTS has been told of the last job and until
 * every file is KILLED; how many requests Temporal and FTS get for it.
 */
import { Client, Connection, type ConnectionOptions } from '@temporalio/client';
import { affectedFiles, askTasks, cancelTask, listTasks, sumSelections, surveyTasks } from '../src/client/index.ts';
import { dataConverter } from '../src/client/data-converter.ts';
import { runUntilInterrupted, type Ending } from '../src/demo/interrupt.ts';
import { until } from '../src/demo/until.ts';
import { readOptions } from './support/options.ts';
import { none, rounded, type Bound } from './support/report/bound.ts';
import type { Plot } from './support/report/plot.ts';
import { Report } from './support/report/report.ts';
import { onStand, type Stand } from './support/stand.ts';
import { BenchTask } from './support/task.ts';

const options = readOptions({ tasks: 100, files: 4 });
const USER = 'alice';

interface BulkFigures {
  tasks: number;
  files: number;
  /** Seconds that the preview took: where every open task stands. */
  preview: number;
  previewed: number;
  /** Seconds from the first request. */
  answered: number;
  accepted: number;
  lastDelete: number;
  allKilled: number;
  temporalRequests: Record<string, number>;
  deleteRequests: number;
  jobsNamed: number;
  killed: number;
}

function cancelTogether(ending: Ending): Promise<BulkFigures> {
  const fts = { tickMs: 100, activePerLink: 10_000, cancelGraceMs: 2_000 };
  const policy = { maxFilesPerFtsJob: options.files, batchWindow: 1, cancelGrace: 3 };
  return onStand(ending, { fts, policy }, async (stand) => {
    const { world, signal } = stand;
    world.fts.transferFaults.add({ url: '.', outcome: 'hang' });
    const tasks: BenchTask[] = [];
    for (let at = 0; at < options.tasks; at++) {
      const sites = { sources: ['T2_IT_Pisa'], destinations: ['T2_CH_CERN'] };
      tasks.push(await BenchTask.lay(stand, { files: options.files, label: `bulk${at}`, user: USER, ...sites }));
    }
    for (const task of tasks) await task.report();
    await until(() => tasks.every((task) => task.copies().filter(({ state }) => state === 'ACTIVE').length === options.files), signal); // prettier-ignore
    await until(async () => (await listTasks(stand.client, { user: USER, running: true })).length === options.tasks, signal); // prettier-ignore
    return measure(stand, tasks);
  });
}

async function measure({ client: own, world, signal }: Stand, tasks: BenchTask[]): Promise<BulkFigures> {
  const { client, counts, close } = await countingClient(own);
  const before = Date.now();
  let previewed = 0;
  const names: string[] = [];
  for await (const { task, status } of surveyTasks(client, { user: USER })) {
    if (!status) continue;
    previewed += affectedFiles(status, 'cancel') ?? 0;
    names.push(task.task);
  }
  const asked = Date.now();
  const request = { reason: 'measured', by: USER };
  const answers = [];
  for await (const { task, error, ...rest } of askTasks(names, (name) => cancelTask(client, name, request))) {
    if (error) throw new Error(task, { cause: error });
    if ('answer' in rest && rest.answer) answers.push(rest.answer);
  }
  const answered = Date.now();
  const temporalRequests = { ...counts };
  await close();
  const ids = new Set(tasks.flatMap((task) => task.ftsJobs().map(({ jobId }) => jobId)));
  const deletions = () => world.fts.deletions().filter(({ jobIds }) => jobIds.some((id) => ids.has(id)));
  const named = () => new Set(deletions().flatMap(({ jobIds }) => jobIds)).size;
  await until(() => named() === ids.size, signal);
  let killed = 0;
  for (const task of tasks) killed += (await task.finish()).KILLED ?? 0;
  return {
    tasks: names.length,
    files: options.tasks * options.files,
    preview: (asked - before) / 1000,
    previewed,
    answered: (answered - asked) / 1000,
    accepted: sumSelections(answers).files,
    lastDelete: (Math.max(...deletions().map(({ at }) => at)) - asked) / 1000,
    allKilled: (Date.now() - asked) / 1000,
    temporalRequests,
    deleteRequests: deletions().length,
    jobsNamed: named(),
    killed,
  };
}

type Interceptor = NonNullable<ConnectionOptions['interceptors']>[number];

/** A client of its own, whose requests are counted by name. */
async function countingClient(own: Client) {
  const counts: Record<string, number> = {};
  const { address } = (own.connection as Connection).options;
  const connection = await Connection.connect({
    address,
    interceptors: [
      (call, next) => {
        const name = call.method_definition.path.split('/').at(-1) ?? '';
        counts[name] = (counts[name] ?? 0) + 1;
        // What the types ask for is the class; the client uses its interface.
        return next(call) as ReturnType<Interceptor>;
      },
    ],
  });
  const client = new Client({ connection, namespace: own.options.namespace, dataConverter });
  return { client, counts, close: () => connection.close() };
}

const REQUESTS = { ListWorkflowExecutions: 'lists', QueryWorkflow: 'queries', UpdateWorkflowExecution: 'updates' };

function tableOf(report: Report, of: BulkFigures): void {
  report.table(
    [`cancel of ${of.tasks} tasks together`, ''],
    [
      ['files, all active in FTS', of.files],
      ['the preview', `${of.preview.toFixed(1)} s, ${of.previewed} files`],
      ['until every task has answered', `${of.answered.toFixed(1)} s`],
      ['until the last DELETE reached FTS', `${of.lastDelete.toFixed(1)} s`],
      ['until every file was KILLED and its task had ended', `${of.allKilled.toFixed(1)} s`],
      ...Object.entries(REQUESTS).map(([name, what]): [string, number] => [
        `${what} that Temporal was sent`,
        of.temporalRequests[name] ?? 0,
      ]),
      ['DELETE requests that FTS was sent', `${of.deleteRequests}, naming ${of.jobsNamed} jobs`],
    ],
  );
}

const plotOf = (of: BulkFigures): Plot => ({
  kind: 'bars',
  title: `Cancel of ${of.tasks} tasks together`,
  x: {
    name: 'until',
    categories: ['the preview', 'all tasks have answered', 'FTS knows of every job', 'every file is KILLED'],
  },
  y: { name: 's' },
  series: [{ name: 'seconds', values: [of.preview, of.answered, of.lastDelete, of.allKilled].map(rounded) }],
});

const boundsOf = (of: BulkFigures): Bound[] => [
  none('files that the preview missed', of.files - of.previewed),
  none('files that no task said it would cancel', of.files - of.accepted),
  none('files not KILLED', of.files - of.killed),
  {
    name: 'one update a task',
    found: of.temporalRequests['UpdateWorkflowExecution'] ?? 0,
    holds: of.temporalRequests['UpdateWorkflowExecution'] === of.tasks,
  },
  { name: 'jobs share DELETE requests', found: of.deleteRequests, holds: of.deleteRequests < of.jobsNamed },
];

async function run(ending: Ending): Promise<number> {
  const figures = await cancelTogether(ending);
  const report = new Report('bulk', 'Cancel of many tasks together', options);
  tableOf(report, figures);
  report.plot(plotOf(figures));
  return report.conclude(figures, boundsOf(figures));
}

process.exit(await runUntilInterrupted(run));
