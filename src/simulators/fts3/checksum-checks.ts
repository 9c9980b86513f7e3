import { CopyFailure, ERRNO, type Scope } from './reasons.ts';

/** A checksum the submitter named. */
export interface UserChecksum {
  algorithm: string;
  value: string;
}

/** Null where the submitter gave no value, or one of another algorithm than the simulator computes. */
export function userChecksum(text: string): UserChecksum | null {
  const [algorithm = '', value = ''] = text.split(':');
  return value && /^adler32$/i.test(algorithm) ? { algorithm, value: value.padStart(8, '0') } : null;
}

/** Compares what the source has with what the submitter said. @throws CopyFailure */
export function compareSource(user: UserChecksum | null, sum: string): void {
  compareChecksums('SOURCE', 'Source and user-defined', user, sum, user?.value);
}

/** Compares without case and leading zeros; what is not known is not compared. @throws CopyFailure */
export function compareChecksums(
  scope: Scope,
  what: string,
  user: UserChecksum | null,
  left?: string,
  right?: string,
): void {
  if (left === undefined || right === undefined) return;
  const bare = (sum: string) => sum.toLowerCase().replace(/^0+/, '');
  if (bare(left) === bare(right)) return;
  const algorithm = user?.algorithm ?? 'ADLER32';
  throw new CopyFailure(scope, ERRNO.EIO, `${what} ${algorithm} checksum do not match (${left} != ${right})`);
}
