import { utcTime } from '../../domain/utc-time.ts';
import type { CredentialInfo, CredentialState } from '../../ports/credentials.ts';
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
    expiresAt === null ? '' : timeLeft(expiresAt - now),
    problem === null ? coloured(state) : `${coloured(state)}: ${printable(problem)}`,
  ]);
  return tableText(['user', 'group', 'role', 'kind', 'expires at', 'left', 'state'], rows);
}

/** A credential for programs. */
export function credentialJson({ ref, kind, expiresAt, state, problem }: CredentialInfo): object {
  return { ...ref, kind, expiresAt: expiresAt === null ? null : utcTime(expiresAt), state, problem };
}

/** In the largest two units: `3 d 4 h`, `4 h 12 min`, `12 min`. */
function timeLeft(milliseconds: number): string {
  if (milliseconds <= 0) return 'none';
  const minutes = Math.floor(milliseconds / 60_000);
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24];
  if (days) return `${days} d ${hours} h`;
  return hours ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

function coloured(state: CredentialState): string {
  if (state === 'valid') return colors.green(state);
  return state === 'expiring' ? colors.yellow(state) : colors.red(state);
}
