import type { Client } from '@temporalio/client';
import { SingleBar } from 'cli-progress';
import type { SurveyOptions, TaskAct } from '../../client/index.ts';
import type { SelectionAnswer } from '../../contract/messages.ts';
import { tellSelection } from '../commands/select.ts';
import { confirm } from '../confirm.ts';
import { EXIT } from '../exit-codes.ts';
import { noteInterrupt } from '../interrupt.ts';
import { colors, counted, isTerminal, printable, say, warn } from '../terminal.ts';
import { withClient, type Aso } from '../with-client.ts';
import { previewOf, previewText, type Meant, type Preview } from './preview.ts';
import { scopeOf, type ScopeOptions } from './scope.ts';

/** Something that a command asks tasks for. */
export interface Request extends Meant {
  ask: (aso: Aso, client: Client, task: string) => Promise<SelectionAnswer | void>;
  /** What is to become of the files or tasks, e.g. `cancelled`, for the question beforehand. */
  will: string;
  /** What then is with them, e.g. `being cancelled`. */
  did: string;
}

/** Does it with the task that is named; or with all that are meant, after it was shown which and somebody has said yes. */
export async function actOn(task: string | undefined, options: ScopeOptions, request: Request): Promise<void> {
  const scope = scopeOf(task, options, request.wholeTasks);
  await withClient(async (client, aso) => {
    if (scope) return actOnMany(aso, client, options, request, scope);
    if (task === undefined) return;
    if (options.dryRun) return sayAll(previewText(await previewOfOne(aso, client, request, task)));
    tellOne(task, await request.ask(aso, client, task), request.did);
  });
}

async function actOnMany(
  aso: Aso,
  client: Client,
  { dryRun, yes }: ScopeOptions,
  request: Request,
  scope: SurveyOptions,
): Promise<void> {
  const interrupt = noteInterrupt();
  try {
    const preview = await previewOf(aso, client, request, scope, interrupt.isOver);
    if (!interrupt.isOver()) sayAll(previewText(preview));
    if (preview.silent.length > 0) process.exitCode = EXIT.failed;
    if (dryRun || preview.tasks.length === 0) return;
    if (!interrupt.isOver()) await confirm(`These are to be ${request.will}`, yes ?? false);
    const tasks = preview.tasks.map(({ task }) => task);
    tellAll(aso, await askAll(aso, client, tasks, request, interrupt.isOver), tasks.length, request.did);
  } finally {
    if (interrupt.isOver()) process.exitCode = EXIT.interrupted;
    interrupt.forget();
  }
}

async function previewOfOne(aso: Aso, client: Client, { act, selection }: Meant, task: string): Promise<Preview> {
  const files = aso.affectedFiles(await aso.taskStatus(client, task), act, selection);
  return { tasks: [{ task, files }], silent: [] };
}

const sayAll = (lines: string[]): void => lines.forEach(say);

function tellOne(task: string, answer: SelectionAnswer | void, did: string): void {
  if (answer) tellSelection(answer, did);
  else say(`${task}: ${did}`);
}

/** An interrupt ends it between two tasks. */
async function askAll(
  aso: Aso,
  client: Client,
  tasks: string[],
  { ask }: Request,
  isOver: () => boolean,
): Promise<TaskAct[]> {
  const bar = new SingleBar({ format: '|{bar}| {value} of {total} tasks', hideCursor: true });
  if (isTerminal()) bar.start(tasks.length, 0);
  const acts: TaskAct[] = [];
  try {
    for await (const done of aso.askTasks(tasks, (task) => ask(aso, client, task), isOver)) {
      acts.push(done);
      bar.update(acts.length);
    }
  } finally {
    bar.stop();
  }
  return acts;
}

function tellAll(aso: Aso, acts: readonly TaskAct[], meant: number, did: string): void {
  const done = acts.filter((one) => one.error === null);
  const answers = done.flatMap(({ answer }) => answer ?? []);
  say(`${counted(done.length, 'task')} of ${meant}: ${answers.length > 0 ? 'asked' : did}`);
  if (answers.length > 0) tellSelection(aso.sumSelections(answers), did);
  for (const { task, error } of acts)
    if (error) warn(colors.red(`not done: ${printable(task)}: ${printable(error.message)}`));
  if (acts.length < meant) warn(`${counted(meant - acts.length, 'task')} not asked: interrupted`);
  if (done.length < meant) process.exitCode = EXIT.failed;
}
