import { whatOf, type Finding, type StuckGroup } from './finding.ts';

/** Findings with cause and subject in common as one, those that hold up the most files first; unknown many before all others. */
export function groupFindings(findings: readonly Finding[]): StuckGroup[] {
  const groups = new Map<string, StuckGroup>();
  for (const { task, user, ...finding } of findings) {
    const name = `${finding.cause} ${finding.subject}`;
    const group = groups.get(name);
    if (!group) {
      groups.set(name, { ...finding, what: whatOf(finding), tasks: task ? [task] : [], users: user ? [user] : [] });
      continue;
    }
    group.files = group.files === null || finding.files === null ? null : group.files + finding.files;
    if (finding.since !== null) group.since = Math.min(group.since ?? Infinity, finding.since);
    if (task && !group.tasks.includes(task)) group.tasks.push(task);
    if (user && !group.users.includes(user)) group.users.push(user);
  }
  return [...groups.values()].sort((a, b) => (b.files ?? Infinity) - (a.files ?? Infinity) || b.tasks.length - a.tasks.length); // prettier-ignore
}
