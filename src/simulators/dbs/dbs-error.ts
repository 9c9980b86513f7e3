/** What DBS's `/errors` says of its codes; those that this simulator answers. */
export const MEANINGS: Readonly<Record<number, string>> = {
  103: 'DBS DB query error, e.g. malformed SQL statement',
  105: 'DBS DB session error',
  110: 'DBS DB insert record error',
  113: 'DBS validation error, e.g. input parameter does not match lexicon rules',
  115: 'DBS decode record failure, e.g. malformed JSON',
  117: 'Wrong Content-Type HTTP header in HTTP request',
  118: 'DBS invalid parameter for the DBS API or validation error',
  119: 'DBS Not implemented API error',
  120: 'DBS reader I/O error, e.g. unable to read HTTP POST payload',
  122: 'DBS unable to parse JSON record',
  200: 'block already exists',
  201: 'file data type does not exit',
  202: 'file parent does not exist',
  203: 'dataset parent does not exist',
  204: 'processed dataset does not exist',
  205: 'primary dataset type does not exist',
  206: 'primary dataset does not exist',
  207: 'processing era does not exist',
  208: 'acquisition era does not exist',
  209: 'data tier does not exist',
  210: 'physics group does not exist',
  211: 'dataset access type does not exist',
  212: 'dataset does not exist',
  310: 'insert file error',
  311: 'insert file lumi error',
  312: 'insert file output mod config error',
  317: 'insert output config error',
  400: 'unable to get block id',
  401: 'unable to get file id',
  408: 'unable to get dataset access type id',
};

/** The function that DBS names in most refusals of a block. */
export const BULKBLOCKS = 'dbs.bulkblocks.InsertBulkBlocksConcurrently';

/** A refusal in DBS's own terms. Errors nest as text: the reason of the outer one is the whole text of the inner one. */
export class DbsError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly dbsMessage: string;
  readonly dbsFunction: string;
  readonly status: number;

  /**
   * @param cause an inner DbsError, or the text of any other cause; `nil` is what DBS writes where there is none
   * @param status of the HTTP answer
   */
  constructor(code: number, message: string, dbsFunction: string, cause: DbsError | string = 'nil', status = 400) {
    const reason = cause instanceof DbsError ? cause.message : cause;
    const description = MEANINGS[code] ?? 'Not defined';
    super(
      `\nDBSError\n   Code: ${code}\n   Description: ${description}\n   Function: ${dbsFunction}\n` +
        `   Message: ${message}\n   Reason: ${reason}\n`,
    );
    this.code = code;
    this.reason = reason;
    this.dbsMessage = message;
    this.dbsFunction = dbsFunction;
    this.status = status;
  }
}

/** Where the refused request came from, as DBS repeats it. */
export interface RefusedRequest {
  method: string;
  /** Path and query, decoded. */
  path: string;
  userAgent: string;
  remoteAddress: string;
}

const STACK_TRACE =
  '\ngoroutine 1 [running]:\ngithub.com/dmwm/dbs2go/dbs.Error({0x0?, 0x0?}, 0x0, {0x0, 0x0}, {0x0, 0x0})\n' +
  '\t/build/dbs/errors.go:383 +0x99\nmain.main()\n\t/build/main.go:1 +0x1\n';

/** The body of a refusal: a list of one object, its keys in DBS's order; empty ones are left out of `error`. */
export function errorBody(error: DbsError, request: RefusedRequest): string {
  const optional = (key: string, value: string) => (value === '' ? {} : { [key]: value });
  return JSON.stringify([
    {
      error: {
        ...optional('reason', error.reason),
        ...optional('message', error.dbsMessage),
        ...optional('function', error.dbsFunction),
        code: error.code,
        stacktrace: STACK_TRACE,
      },
      http: {
        method: request.method,
        code: error.status,
        timestamp: `${new Date().toISOString().replace('T', ' ').replace('Z', '000000')} +0000 UTC m=+0.000000000`,
        path: request.path,
        user_agent: request.userAgent,
        x_forwarded_host: '',
        x_forwarded_for: '',
        remote_addr: request.remoteAddress,
      },
      exception: error.status,
      type: 'HTTPError',
      message: error.message,
    },
  ]);
}
