import type { Client } from '@temporalio/client';
import { TASK_QUEUES } from '../../contract/task-queues.ts';
import type { TaskStatus } from '../../contract/messages.ts';
import type { OperatorRules } from '../../contract/operations.ts';
import { asTheyEnd } from '../as-they-end.ts';
import { NoAnswerError } from '../errors.ts';
import { listTasks, type ListedTask, type TasksWanted } from '../list-tasks.ts';
import { operatorRules } from '../operations.ts';
import { noRules } from '../../domain/operations/rules.ts';
import { taskPublications } from '../publications.ts';
import { surveyTasks, type SurveyedTask } from '../survey.ts';
import { taskWaits } from '../task-waits.ts';
import { diagnose, type Patience } from './diagnose.ts';
import type { Finding, StuckGroup } from './finding.ts';
import { groupFindings } from './group.ts';
import { idleQueues, type IdleQueue } from './idle-queues.ts';
import { troubledLinks } from './troubled-links.ts';

export interface StuckOptions extends Partial<Patience>, Pick<TasksWanted, 'user' | 'query'> {
  /** A queue that nobody has polled for so long is idle, milliseconds. @default 130000 */
  staleMs?: number;
}

/** Two polls, which last a minute each. */
const STALE_MS = 130_000;
const GRACE_MS = 60_000;
const QUIET_MS = 3_600_000;
/** The rules are at hand at once, or nobody answers at all. */
const RULES_MS = 5_000;
/** Where so many tasks do not answer, and none does, the others are not asked: the workers are gone, or hang. */
const DEAF = 8;
/** Tasks looked into at a time: each takes a list and a read of its open workflows. */
const AT_ONCE = 4;

/**
 * What has not moved, of all open tasks or some, why, since when, for whom, and what to do: the same cause of many tasks is one entry, those that
 * hold up the most files first. Tasks on which something has happened within `graceMs` are not looked into.
 * @throws TemporalUnreachableError, RequestRefusedError where `query` is no list filter
 */
export async function findStuck(client: Client, options: StuckOptions = {}): Promise<StuckGroup[]> {
  const { staleMs = STALE_MS, graceMs = GRACE_MS, quietMs = QUIET_MS, ...wanted } = options;
  const idle = await idleQueues(client, staleMs);
  const tasks = await listTasks(client, { ...wanted, running: true, limit: Infinity });
  // Nobody would answer.
  const isDeaf = idle.some(({ queue }) => queue === TASK_QUEUES.workflows);
  if (isDeaf) return groupFindings(idle.flatMap((queue) => ofQueue(queue, tasks)));
  const rules = await operatorRules(client, RULES_MS).catch((error: unknown) => {
    if (error instanceof NoAnswerError) return noRules();
    throw error;
  });
  const found = idle.flatMap((queue) => ofQueue(queue, []));
  const statuses: TaskStatus[] = [];
  let unanswered = 0;
  const rest = [...tasks];
  const asked = (function* () {
    while (unanswered < DEAF || statuses.length > 0) {
      const task = rest.shift();
      if (!task) return;
      yield task;
    }
  })();
  const look = (task: SurveyedTask): Promise<Finding[]> => {
    if (task.status) statuses.push(task.status);
    else unanswered += 1;
    return lookInto(client, task, rules, { graceMs, quietMs });
  };
  for await (const findings of asTheyEnd(surveyTasks(client, { tasks: asked }), AT_ONCE, look)) found.push(...findings);
  found.push(...rest.map((task) => silent(task, 'not asked, since none of the others has answered')));
  return groupFindings([...found, ...troubledLinks(statuses, rules)]);
}

async function lookInto(
  client: Client,
  { task: listed, status, error }: SurveyedTask,
  rules: OperatorRules,
  patience: Patience,
): Promise<Finding[]> {
  if (!status) return [silent(listed, error.message)];
  const { task } = listed;
  const now = Date.now();
  if (status.complete || isMoving(status, now - patience.graceMs)) return [];
  const asked = taskPublications(client, status).catch((error: unknown) => {
    // Where a publisher does not answer, what it waits for is told by its failing calls all the same.
    if (error instanceof NoAnswerError) return [];
    throw error;
  });
  const [waits, publications] = await Promise.all([taskWaits(client, task), asked]);
  return diagnose({ status, waits, publications, rules }, now, patience);
}

const silent = ({ task, user }: ListedTask, why: string): Finding => {
  const action = 'look at the workflow in the Temporal UI, and at the log of the workers';
  return { cause: 'no-answer', subject: '', why, since: null, task, user, files: null, action };
};

/** Something happens on every link that has open files, nothing is held, and nothing waits for publication. */
const isMoving = ({ links, publication, held, heldBack, lastChangeAt }: NonNullable<SurveyedTask['status']>, since: number): boolean =>
  lastChangeAt > since &&
  held.length === 0 &&
  heldBack.files === 0 &&
  !publication.ACQUIRED &&
  links.every(({ transfer: { NEW = 0, SUBMITTED = 0, RETRY = 0, KILL = 0 }, lastChangeAt: at }) => NEW + SUBMITTED + RETRY + KILL === 0 || at > since); // prettier-ignore

/** One finding for each task that it holds up; one without a task where nobody can tell which. */
function ofQueue({ queue, since }: IdleQueue, tasks: readonly ListedTask[]): Finding[] {
  const role = Object.entries(TASK_QUEUES).find(([, name]) => name === queue)?.[0] ?? '';
  const finding: Omit<Finding, 'task' | 'user'> = {
    cause: 'no-poller',
    subject: queue,
    why: since === null ? 'no worker has asked for its work for minutes' : 'the workers that did are gone',
    since,
    files: null,
    action: `start workers: aso worker --role ${role.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  };
  return tasks.length > 0
    ? tasks.map(({ task, user }) => ({ ...finding, task, user }))
    : [{ ...finding, task: '', user: '' }];
}
