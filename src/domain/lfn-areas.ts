/** Members of each group under /store/group. */
export type Groups = Readonly<Record<string, readonly string[]>>;

/** CRAB task names reach 232 characters; workflow ids, which are made of them, have room for no more. */
const TASK_NAME_MAX = 232;

/**
 * The owner of a task: the user in its name, `<YYMMDD_HHMMSS>:<username>_crab_…`.
 * @returns null where the name is not one of CRAB's
 */
export function ownerOfTask(task: string): string | null {
  if (task.length > TASK_NAME_MAX) return null;
  return /^\d{6}_\d{6}:([A-Za-z0-9][A-Za-z0-9_-]*?)_crab_[A-Za-z0-9_.-]+$/.exec(task)?.[1] ?? null;
}

/** Where an LFN lies, seen from a user: in an area the user may write to, in a group's that the user is no member of, or elsewhere. */
export type Area = 'own' | 'group' | 'local' | 'foreign-group' | 'elsewhere';

/**
 * The area of a destination LFN. Areas are CRAB's (checkOutLFN in CRABServer's ServerUtilities.py).
 * @param groups without it any group is allowed, as CRAB does
 */
export function destinationArea(lfn: string, user: string, groups?: Groups): Area {
  const parts = lfn.split('/');
  if (parts[0] !== '' || parts[1] !== 'store') return 'elsewhere';
  const [area, name = '', next = ''] = parts.slice(2);
  // What follows the area must be a path within it, not the area itself.
  const inside = (depth: number): boolean => parts.length > depth && parts[depth] !== '';
  const under = (...path: string[]): boolean =>
    path.every((part, i) => parts[i + 2] === part) && inside(path.length + 2);
  if (area === 'user') {
    // A user named "rucio" would otherwise own everybody's area under /store/user/rucio.
    if (name === 'rucio') return next === user && inside(5) ? 'own' : 'elsewhere';
    return name === user && inside(4) ? 'own' : 'elsewhere';
  }
  if (under('test', 'rucio', 'user', user) || under('test', 'rucio', 'int', 'user', user)) return 'own';
  if (area === 'group' && name !== '' && inside(4)) {
    if (!groups) return 'group';
    return Object.hasOwn(groups, name) && groups[name]?.includes(user) ? 'group' : 'foreign-group';
  }
  return area === 'local' && name !== '' && inside(4) ? 'local' : 'elsewhere';
}

/** The LFN lies in the user's temporary area, `/store/temp/user/<username>.<hash>/`. */
export function isInTemporaryArea(lfn: string, user: string): boolean {
  const [, store, temp, kind, owner = '', name = ''] = lfn.split('/');
  const dot = owner.lastIndexOf('.');
  return (
    store === 'store' &&
    temp === 'temp' &&
    kind === 'user' &&
    owner.slice(0, dot) === user &&
    dot > 0 &&
    /^[0-9A-Za-z]+$/.test(owner.slice(dot + 1)) &&
    name !== ''
  );
}
