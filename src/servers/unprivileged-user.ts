import { readFileSync } from 'node:fs';

/** In this order: Debian's package makes the first one, every Unix has the second. */
const NAMES = ['postgres', 'nobody'];

/**
 * Whom PostgreSQL runs as: it refuses to run as root.
 * @returns null where we are not root, and it may run as we do
 * @throws Error where we are root and there is nobody else
 */
export function unprivilegedUser(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of NAMES) {
    const [, , uid, gid] = users.find(([user]) => user === name) ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error(
    `PostgreSQL does not run as root, and this machine has no user ${NAMES.join(' or ')}: run this as another user`,
  );
}
