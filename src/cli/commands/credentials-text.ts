import { utcTime } from '../../domain/utc-time.ts';
import type { CredentialInfo, CredentialState } from '../../ports/credentials.ts';
import { durationText } from '../duration.ts';
import { tableText } from '../table.ts';
import { colors, printable } from '../terminal.ts';

/** What cannot be used first, then by the end of their lives; those that do not tell it last. */
export function bySoonest(infos: readonly CredentialInfo[]): CredentialInfo[] {
  const rank = ({ state, expiresAt }: CredentialInfo): number =>
    state === 'unreadable' ? -Infinity : (expiresAt ?? Infinity);
  return infos.toSorted((one, other) => (rank(one) === rank(other) ? 0 : rank(one) - rank(other)));
}

/** Credentials for people. @param now epoch milliseconds */
export function credentialsText(infos: readonly CredentialInfo[], now: number): string {
  if (!infos.length) return 'no credentials';
  const rows = infos.map(({ ref, kind, expiresAt, state, problem }) => [
    ref.user || '(service)',
    ref.group,
    ref.role,
    kind,
    expiresAt === null ? (state === 'unreadable' ? '' : 'not told') : utcTime(expiresAt),
    expiresAt === null ? '' : expiresAt <= now ? 'none' : durationText(expiresAt - now),
    problem === null ? coloured(state) : `${coloured(state)}: ${printable(problem)}`,
  ]);
  return tableText(['user', 'group', 'role', 'kind', 'expires at', 'left', 'state'], rows);
}

/** A credential for programs. */
export function credentialJson({ ref, kind, expiresAt, state, problem }: CredentialInfo): object {
  return { ...ref, kind, expiresAt: expiresAt === null ? null : utcTime(expiresAt), state, problem };
}

function coloured(state: CredentialState): string {
  if (state === 'valid') return colors.green(state);
  return state === 'expiring' ? colors.yellow(state) : colors.red(state);
}
