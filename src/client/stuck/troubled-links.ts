import type { TaskStatus } from '../../contract/messages.ts';
import type { FailureClass } from '../../domain/failure-classes.ts';
import { priorityOf, type OperatorRules } from '../../domain/operations/rules.ts';
import type { Finding } from './finding.ts';

/** What all tasks together have on a link. */
interface Link {
  name: string;
  destination: string;
  /** Files that wait for, or are in, an FTS job. */
  queued: number;
  /** Files between two attempts. */
  retrying: number;
  tasks: { task: string; user: string; queued: number; retrying: number; failures: [FailureClass, number][] }[];
}

/** With fewer files in its queue a link is no crowd… */
const CROWD = 50;
/** …and with a smaller share of them nobody crowds it. */
const CROWDER = 0.75;
/** Fewer files that are tried again say nothing about a link… */
const RETRIES = 10;
/** …and a smaller share of what is open on it neither. */
const RETRYING = 0.5;

/**
 * What can only be seen of all tasks together: links whose queue one user fills while others wait, and links on which most copies fail. Files
 * of theirs do move, but slowly, or in circles.
 */
export function troubledLinks(statuses: readonly TaskStatus[], rules: OperatorRules): Finding[] {
  return [...linksOf(statuses).values()].flatMap((link) => [...crowded(link, rules), ...failing(link)]);
}

function linksOf(statuses: readonly TaskStatus[]): Map<string, Link> {
  const links = new Map<string, Link>();
  for (const { task, user, links: own } of statuses)
    for (const { source, destination, transfer, failures } of own) {
      const { NEW = 0, SUBMITTED = 0, RETRY: retrying = 0 } = transfer;
      const queued = NEW + SUBMITTED;
      if (queued + retrying === 0) continue;
      const name = `${source} → ${destination}`;
      const link = links.get(name) ?? { name, destination, queued: 0, retrying: 0, tasks: [] };
      links.set(name, link);
      link.queued += queued;
      link.retrying += retrying;
      const classes = Object.entries(failures) as [FailureClass, number][];
      link.tasks.push({ task, user, queued, retrying, failures: classes });
    }
  return links;
}

/** One finding for each task of others that waits behind the user who fills the queue. */
function crowded({ name, queued, tasks }: Link, rules: OperatorRules): Finding[] {
  if (queued < CROWD) return [];
  const byUser = Map.groupBy(tasks, ({ user }) => user);
  const [most] = [...byUser]
    .map(([user, own]) => ({ user, files: own.reduce((sum, task) => sum + task.queued, 0) }))
    .sort((a, b) => b.files - a.files);
  // Whoever has been told to let others pass does.
  if (!most || most.files < CROWDER * queued || priorityOf(rules, most.user) === 1) return [];
  return tasks
    .filter(({ user, queued: waiting }) => user !== most.user && waiting > 0)
    .map(({ task, user, queued: files }) => ({
      ...{ cause: 'crowded', subject: `${most.user} on ${name}`, since: null, task, user, files },
      why: `${most.files} of the ${queued} files in the queue are ${most.user}'s`,
      action: `aso user priority ${most.user} 1 --reason "…"; or aso user block ${most.user} --reason "…"`,
    }));
}

function failing({ name, destination, queued, retrying, tasks }: Link): Finding[] {
  if (retrying < RETRIES || retrying < RETRYING * (queued + retrying)) return [];
  const classes = new Map<FailureClass, number>();
  for (const { failures } of tasks)
    for (const [failure, files] of failures) classes.set(failure, (classes.get(failure) ?? 0) + files);
  const [worst] = [...classes].sort(([, a], [, b]) => b - a);
  const why = `${retrying} of ${queued + retrying} open files have failed and are to be tried again${worst ? `, most with ${worst[0]}` : ''}`;
  const action = `aso explain ${worst?.[0] ?? ''}; if a site is to blame: aso site close ${destination} --as destination --reason "…"`;
  return tasks
    .filter((task) => task.retrying > 0)
    .map(({ task, user, retrying: files }) => ({
      ...{ cause: 'failing', subject: name, why, since: null, task, user, files, action },
    }));
}
