import { getSystemErrorMap } from 'node:util';

/** Which side of a copy FTS blames. */
export type Scope = 'SOURCE' | 'DESTINATION' | 'TRANSFER';

/** Linux errno numbers that FTS's reasons carry. */
export const ERRNO = { EPERM: 1, ENOENT: 2, EIO: 5, EACCES: 13, EEXIST: 17, EINVAL: 22, EPROTO: 93, EHOSTDOWN: 112 };

/** What a storage answered, or did not; becomes a reason once the scope is known. */
export class StorageError extends Error {
  readonly errno: number;

  constructor(errno: number, message: string) {
    super(message);
    this.errno = errno;
  }
}

/** A copy that failed, with FTS's reason string. */
export class CopyFailure extends Error {
  readonly scope: Scope;
  readonly errno: number;

  constructor(scope: Scope, errno: number, text: string) {
    super(`${scope} [${errno}] ${text}`);
    this.scope = scope;
    this.errno = errno;
  }
}

const HTTP_TEXTS: Record<number, string> = {
  401: 'Authentication Error',
  403: 'Permission refused',
  404: 'File not found',
  410: 'File not found',
  507: 'Insufficient Storage',
};

const HTTP_ERRNOS: Record<number, number> = {
  401: ERRNO.EACCES,
  403: ERRNO.EPERM,
  404: ERRNO.ENOENT,
  410: ERRNO.ENOENT,
};

/** `HTTP 403 : Permission refused` and the like, in the words of the HTTP library FTS uses (davix). */
export function httpError(status: number): StorageError {
  const text = HTTP_TEXTS[status] ?? `Unexpected server error: ${status}`;
  return new StorageError(HTTP_ERRNOS[status] ?? ERRNO.EIO, `HTTP ${status} : ${text}`);
}

/** curl's code and text for the error of a connection, as FTS writes it. */
export function connectionError(error: unknown): StorageError {
  const [code, text] = CURL[errorCode(error)] ?? [56, 'Failure when receiving data from the peer'];
  return new StorageError(ERRNO.EHOSTDOWN, `Result curl error (${code}): ${text} after 1 attempts`);
}

const CURL: Record<string, [number, string]> = {
  ENOTFOUND: [6, "Couldn't resolve host name"],
  EAI_AGAIN: [6, "Couldn't resolve host name"],
  ECONNREFUSED: [7, "Couldn't connect to server"],
  UND_ERR_CONNECT_TIMEOUT: [28, 'Timeout was reached'],
  UND_ERR_HEADERS_TIMEOUT: [28, 'Timeout was reached'],
  UND_ERR_BODY_TIMEOUT: [28, 'Timeout was reached'],
};

/** Node's code of an error, of its cause where the error itself has none. */
function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  const { code } = error as NodeJS.ErrnoException;
  return code ?? (error.cause ? errorCode(error.cause) : '');
}

/** The production form of a failure within the copy itself. */
export const copyFailed = (errno: number, lastAttempt: string): CopyFailure =>
  new CopyFailure('TRANSFER', errno, `TRANSFER ERROR: Copy failed (3rd pull). Last attempt: ${lastAttempt}`);

export const CONNECTION_LOST = 'Connection terminated abruptly; Status of TPC request unknown';
export const JOB_FAILED = 'One or more files failed. Please have a look at the details for more information';
export const COPY_STALLED = 'No FTS server has updated the transfer status the last 900 seconds. Probably stalled';
export const JOB_CANCELED = 'Job canceled by the user';
export const QUEUE_EXPIRED =
  'Job has been canceled because it stayed in the queue for too long (max-time-in-queue timeout)';

/** The system's text for an errno, e.g. `No such file or directory`. */
export function errnoText(errno: number): string {
  const text = getSystemErrorMap().get(-errno)?.[1] ?? `Unknown error ${errno}`;
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const RETRY_NEEDLES =
  /performance marker|Name or service not known|Connection timed out|end-of-file was reached|end of file occurred|SRM_INTERNAL_ERROR|was forcefully killed|operation timeout/i;
const NO_RETRY_NEEDLES =
  /proxy expired|File exists and overwrite|No such file or directory|SRM_INVALID_PATH|certificate has expired|CRL expired|SRM_DUPLICATION_ERROR|SRM_NO_FREE_SPACE|Permission denied|File exists|checksum do not match|CHECKSUM MISMATCH|The source file is not ONLINE/i;
const NO_RETRY_ERRNOS: Record<Scope, readonly number[]> = {
  SOURCE: [2, 1, 13, 21, 36, 7, 20, 93],
  DESTINATION: [1, 13, 21, 7, 30, 14, 36, 93, 17],
  TRANSFER: [28, 1, 13, 17, 27, 30, 36, 93],
};

/** FTS's own verdict on a reason: is the copy worth repeating? */
export function isRecoverable(reason: string): boolean {
  const [, scope, errno] = /^(SOURCE|DESTINATION|TRANSFER) \[(\d+)\]/.exec(reason) ?? [];
  if (RETRY_NEEDLES.test(reason) || errno === '110') return true;
  if (errno === '125' || NO_RETRY_NEEDLES.test(reason)) return false;
  return !scope || !NO_RETRY_ERRNOS[scope as Scope].includes(Number(errno));
}
