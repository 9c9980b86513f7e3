import { setTimeout as sleep } from 'node:timers/promises';
import { adler32Hex } from '../../domain/adler32.ts';
import { ByteStream } from './byte-stream.ts';
import { compareChecksums, compareSource, userChecksum } from './checksum-checks.ts';
import type { CopyConnections } from './copy-connections.ts';
import type { TransferFaults, TransferOutcome } from './faults.ts';
import { HttpDoor } from './http-door.ts';
import { MockDoor } from './mock-door.ts';
import { CONNECTION_LOST, copyFailed, CopyFailure, ERRNO, isRecoverable, StorageError, type Scope } from './reasons.ts';
import type { FileRow, JobRow } from './rows.ts';
import type { StorageDoor } from './storage-door.ts';

export interface FailedCopy {
  kind: 'failed';
  reason: string;
  recoverable: boolean;
  cancelled?: boolean;
}

export type CopyOutcome =
  | { kind: 'finished' }
  /** With FTS's reason string. `cancelled`: the file is shown as CANCELED. */
  | FailedCopy
  /** Killed; the destination was removed. */
  | { kind: 'aborted' };

/** Copies one file; never rejects. Answers at once where nothing takes time. */
export type CopyProcess = (file: FileRow, signal: AbortSignal) => CopyOutcome | Promise<CopyOutcome>;

export interface CopyOptions {
  /** Bytes per second of one copy. */
  bytesPerSecond: number;
  /** Milliseconds a copy takes at least. */
  minCopyMs: number;
  /** The URL to open for a PFN. */
  resolveUrl: (pfn: string) => string;
  faults: TransferFaults;
  connections: CopyConnections;
}

/** Abort reason of copies that end because the simulator does: they clean nothing up. */
export const CLOSING = Symbol('closing');

/** The copy process that moves bytes, step by step as FTS's own does. */
export function createCopyProcess(options: CopyOptions): CopyProcess {
  return async (file, signal) => {
    const fault = options.faults.next(file.source, file.destination);
    if (typeof fault === 'object' && fault && 'fail' in fault) return scriptedFailure(fault);
    try {
      await copyFile(file, fault, options, signal);
      return { kind: 'finished' };
    } catch (error) {
      if (signal.aborted) return { kind: 'aborted' };
      const reason = error instanceof Error ? error.message : String(error);
      return { kind: 'failed', reason, recoverable: isRecoverable(reason) };
    }
  };
}

/** A copy that a fault script fails. */
export function scriptedFailure(fault: { fail: string; recoverable?: boolean }): FailedCopy {
  return { kind: 'failed', reason: fault.fail, recoverable: fault.recoverable ?? isRecoverable(fault.fail) };
}

/** @throws CopyFailure, AbortError */
async function copyFile(
  file: FileRow,
  fault: TransferOutcome | null,
  options: CopyOptions,
  signal: AbortSignal,
): Promise<void> {
  const { job } = file;
  const settings = job.internalParams?.split(',') ?? [];
  const isStrict = settings.includes('strict');
  const [source, destination] = [
    doorOf('SOURCE', file.source, job, options),
    doorOf('DESTINATION', file.destination, job, options),
  ];
  const [checksSource, checksTarget] = [/[sb]/.test(job.verifyChecksum), /[tb]/.test(job.verifyChecksum)];
  const user = userChecksum(file.checksum);

  const found = isStrict ? null : await blame('SOURCE', source.stat(signal));
  const size = found?.size ?? file.userSize;
  file.size = size;
  if (found?.adler32 && checksSource) compareSource(user, found.adler32);
  if (!isStrict) await prepareDestination(file, destination, signal);

  const stream = new ByteStream();
  try {
    await transfer({ source, destination, stream, size, fault, options, signal });
    if (isStrict) return;
    // Storages that tell no checksum are taken at the word of the bytes that passed.
    const readSum = found?.adler32 ?? adler32Hex(stream.readSum);
    if (checksSource) compareSource(user, readSum);
    const written = await blame('DESTINATION', destination.stat(signal));
    if (written.size !== size) {
      throw new CopyFailure('DESTINATION', ERRNO.EINVAL, 'Source and destination file size mismatch');
    }
    const writtenSum = written.adler32 ?? adler32Hex(stream.writtenSum);
    if (checksTarget) compareChecksums('DESTINATION', 'User-defined and destination', user, user?.value, writtenSum);
    if (checksTarget && checksSource) {
      compareChecksums('DESTINATION', 'Source and destination', user, readSum, writtenSum);
    }
  } catch (error) {
    const keeps = settings.includes('disable-cleanup') || signal.reason === CLOSING;
    if (!keeps) await destination.remove().catch(() => undefined);
    throw error;
  }
}

interface Transfer {
  source: StorageDoor;
  destination: StorageDoor;
  stream: ByteStream;
  size: number;
  fault: TransferOutcome | null;
  options: CopyOptions;
  signal: AbortSignal;
}

async function transfer({ source, destination, stream, size, fault, options, signal }: Transfer): Promise<void> {
  if (fault === 'hang') await untilAborted(signal);
  const isObject = typeof fault === 'object' && fault !== null;
  if (isObject && 'until' in fault) await Promise.race([Promise.allSettled([fault.until]), untilAborted(signal)]);
  const extra = isObject && 'slowMs' in fault ? fault.slowMs : 0;
  const duration = Math.max(options.minCopyMs, (size / options.bytesPerSecond) * 1000) + extra;
  const corrupt = isObject && 'corrupt' in fault;

  const content = await source.read(signal).catch((error: unknown) => {
    throw inCopy('SOURCE', error);
  });
  try {
    await destination.write(stream.pass(content, size, duration, corrupt, signal), size, signal);
  } catch (error) {
    if (stream.sourceFailed) throw copyFailed(ERRNO.EIO, CONNECTION_LOST);
    throw inCopy('DESTINATION', error);
  }
}

/** Ends the wait with an AbortError. */
const untilAborted = (signal: AbortSignal): Promise<never> =>
  sleep(2 ** 31 - 1, undefined as never, { signal, ref: false });

/** A failure between the two storages is TRANSFER's, except where one of them cannot be reached or refuses to be written. */
function inCopy(scope: Scope, error: unknown): unknown {
  if (!(error instanceof StorageError)) return error;
  const isRefusal = scope === 'DESTINATION' && [ERRNO.EPERM, ERRNO.EACCES].includes(error.errno);
  if (isRefusal || error.errno === ERRNO.EHOSTDOWN) return new CopyFailure(scope, error.errno, error.message);
  return copyFailed(error.errno, `copy ${error.message}`);
}

async function prepareDestination(file: FileRow, destination: StorageDoor, signal: AbortSignal): Promise<void> {
  const there = await destination.stat(signal).catch((error: unknown) => {
    if (error instanceof StorageError && error.errno === ERRNO.ENOENT) return null;
    throw blamed('DESTINATION', error);
  });
  if (!there) return;
  const { overwriteFlag } = file.job;
  if (overwriteFlag !== 'Y' && !(overwriteFlag === 'R' && file.retries > 0)) {
    throw new CopyFailure('DESTINATION', ERRNO.EEXIST, 'Destination file exists and overwrite is not enabled');
  }
  await blame('DESTINATION', destination.remove());
}

/** The door for a PFN. Schemes other than HTTP's, WebDAV's and mock are refused as FTS refuses unknown ones. */
function doorOf(scope: Scope, pfn: string, job: JobRow, options: CopyOptions): StorageDoor {
  if (pfn.startsWith('mock://')) return new MockDoor(pfn);
  const url = options.resolveUrl(pfn);
  if (!URL.canParse(url)) throw new CopyFailure(scope, ERRNO.EINVAL, 'Invalid argument');
  if (!/^https?:/.test(url)) {
    throw new CopyFailure(scope, ERRNO.EPROTO, 'Protocol not supported or path/url invalid');
  }
  try {
    return new HttpDoor(url, options.connections.for(url, job));
  } catch (error) {
    throw blamed(scope, error);
  }
}

/** Gives a storage's error the side it came from. */
async function blame<T>(scope: Scope, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw blamed(scope, error);
  }
}

const blamed = (scope: Scope, error: unknown): unknown =>
  error instanceof StorageError ? new CopyFailure(scope, error.errno, error.message) : error;
