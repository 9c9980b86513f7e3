/** Why something does not move. */
export type Cause =
  | 'no-poller'
  | 'no-answer'
  | 'credential'
  | 'all-paused'
  | 'task-paused'
  | 'user-blocked'
  | 'site-closed'
  | 'breaker'
  | 'site-config'
  | 'fts'
  | 'kill-unanswered'
  | 'storage'
  | 'catalog'
  | 'crab'
  | 'metadata-missing'
  | 'job-incomplete'
  | 'not-closed'
  | 'crowded'
  | 'failing'
  | 'quiet';

/** Something of a task that does not move. */
export interface Finding {
  cause: Cause;
  /** The site, user, server, dataset… that it is about: what has cause and subject in common is one thing to mend. */
  subject: string;
  /** In full, as whoever failed or closed it has said. */
  why: string;
  /** Epoch milliseconds; null where nobody knows. */
  since: number | null;
  task: string;
  user: string;
  /** Files that it holds up; null where the task does not say. */
  files: number | null;
  /** What to do about it: a command where there is one. */
  action: string;
}

/** The same thing for all tasks that it holds up. */
export interface StuckGroup extends Omit<Finding, 'task' | 'user'> {
  /** In words, e.g. `site T2_IT_Pisa is closed (source)`. */
  what: string;
  tasks: string[];
  users: string[];
}

const WHAT: Readonly<Record<Cause, (subject: string) => string>> = {
  'no-poller': (queue) => `nobody polls task queue ${queue}`,
  'no-answer': () => 'tasks do not answer',
  credential: (user) => `no credential of ${user} that can be used`,
  'all-paused': () => 'everything is paused',
  'task-paused': (task) => `task ${task} is paused`,
  'user-blocked': (user) => `user ${user} is blocked`,
  'site-closed': (site) => `site ${site} is closed`,
  breaker: (subject) => `${subject} is held by its breaker`,
  'site-config': (link) => `${link}: a site's description lacks what is needed`,
  fts: (server) => `FTS does not answer: ${server}`,
  'kill-unanswered': (why) => `copies were cancelled, and FTS has not confirmed it${why && `: ${why}`}`,
  storage: (door) => `storage does not answer: ${door}`,
  catalog: (server) => `DBS does not take what is to be published: ${server}`,
  crab: (server) => `CRAB does not answer: ${server}`,
  'metadata-missing': (dataset) => `CRAB lacks metadata of files for ${dataset}`,
  'job-incomplete': (task) => `jobs of ${task} are incomplete: their files are not published`,
  'not-closed': (task) => `all is done, but nobody has closed ${task}`,
  crowded: (who) => `others wait behind ${who}`,
  failing: (link) => `most copies fail on ${link}`,
  quiet: (link) => `nothing has happened on ${link}`,
};

export const whatOf = ({ cause, subject }: Pick<Finding, 'cause' | 'subject'>): string => WHAT[cause](subject);

/** All causes there are. */
export const CAUSES = Object.keys(WHAT) as Cause[];
