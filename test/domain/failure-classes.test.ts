import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import {
  ATTEMPT_TIMEOUT_REASON,
  classify,
  DEADLINE_REASON,
  FAILURE_CLASSES,
  ruleOf,
  type FailureClass,
} from '../../src/domain/failure-classes.ts';

type Case = [reason: string, failure: FailureClass, code: number, state?: string];

const TPC = 'TRANSFER [5] TRANSFER ERROR: Copy failed (3rd pull). Last attempt: ';

/** What FTS writes itself. */
const FTS_OWN: Case[] = [
  ['DESTINATION [17] Destination file exists and overwrite is not enabled', 'exists', 60327],
  ['DESTINATION [17] Destination file exists and is on tape (overwrite-when-only-on-disk requested)', 'exists', 60327],
  ['SOURCE [5] Source and user-defined ADLER32 checksum do not match (0a != 0b)', 'source-checksum', 60326],
  ['DESTINATION [5] User-defined and destination ADLER32 checksum do not match (0a != 0b)', 'checksum', 60327],
  ['DESTINATION [5] Source and destination ADLER32 checksum do not match (0a != 0b)', 'checksum', 60327],
  ['DESTINATION [22] Source and destination file size mismatch', 'checksum', 60327],
  ['TRANSFER [125] Transfer canceled', 'cancelled', 60328, 'CANCELED'],
  ['TRANSFER [110] Operation timed out', 'transient', 60328],
  ['GENERAL_FAILURE [4] Transfer process died with: Segmentation fault', 'transient', 60328],
  ['No FTS server has updated the transfer status the last 900 seconds. Probably stalled', 'transient', 60328],
  ['Transfer has been forced-killed because it was stalled', 'transient', 60328],
  ['Transfer failed to fork, check fts3server.log for more details', 'transient', 60328],
  ['No share configured for this VO', 'site-config', 60328],
  [
    'Job has been canceled because it stayed in the queue for too long (max-time-in-queue timeout)',
    'queue-expired',
    60325,
    'CANCELED',
  ],
  [
    'Job has been canceled because it stayed in the queue for too long (global timeout)',
    'queue-expired',
    60325,
    'CANCELED',
  ],
  [
    'Transfer has been forced-canceled because host fts01 is offline and the transfer is still assigned to it',
    'cancelled',
    60328,
    'CANCELED',
  ],
  ['Force failure due to file state inconsistency', 'transient', 60328],
  ['Job canceled by the user', 'cancelled', 60328, 'CANCELED'],
  ['Storage banned', 'cancelled', 60328, 'CANCELED'],
  ['User banned', 'cancelled', 60328, 'CANCELED'],
  ['STAGING [110] bring-online timeout has been exceeded', 'transient', 60328],
  ['ARCHIVING [110] archive timeout has been exceeded', 'transient', 60328],
];

/** Two months of production, and what CRAB still matches. */
const STORAGE: Case[] = [
  [`${TPC}copy HTTP 507 : Insufficient Storage`, 'space', 60323],
  ['DESTINATION [1] HTTP 403 : Permission refused', 'permission', 60322],
  ['SOURCE [1] HTTP 403 : Permission refused', 'permission', 60322],
  ['DESTINATION [13] Authorization error', 'permission', 60322],
  ['DESTINATION MAKE_PARENT [1] refused', 'permission', 60322],
  ['DESTINATION [13] HTTP 401 : Authentication Error', 'permission', 60322],
  [`${TPC}copy HTTP 403 : Forbidden`, 'transfer-permission', 60322],
  ['TRANSFER [13] Permission denied', 'transfer-permission', 60322],
  [`${TPC}copy HTTP 500 : Unexpected server error: 500`, 'transient', 60328],
  [
    'SOURCE [112] Result curl error (56): Failure when receiving data from the peer after 1 attempts',
    'transient',
    60326,
  ],
  ['DESTINATION [112] Result curl error (56): Failure when receiving data from the peer', 'transient', 60327],
  ['SOURCE [112] Result curl error (35): SSL connect error after 1 attempts', 'transient', 60326],
  ['DESTINATION [112] Result curl error (7): Failed to connect to host', 'transient', 60321],
  ['SOURCE [112] Result curl error (28): Timeout was reached', 'transient', 60326],
  [`${TPC}Connection terminated abruptly; Status of TPC request unknown`, 'transient', 60328],
  ['SOURCE [2] HTTP 404 : File not found', 'no-source', 60326],
  ['SOURCE [2] No such file or directory', 'no-source', 60326],
  ['SOURCE SRM_GETTURL [SRM_INVALID_PATH] No such file', 'no-source', 60326],
  ['DESTINATION [2] No such file or directory', 'unknown', 60327],
  ['TRANSFER CHECKSUM MISMATCH User defined checksum and source checksum do not match', 'checksum', 60327],
  ['SOURCE The proxy expired 3 minutes ago', 'credential', 60322],
  ['TRANSFER globus_xio: The certificate has expired', 'credential', 60322],
  ['TRANSFER Failed TokenExchange with the provider', 'credential', 60322],
  ['[TokenExchange] Failed to get refresh token for https://cms-auth.example', 'credential', 60322],
  ['SOURCE [112] Result curl error (3): URL using bad/illegal format or missing URL', 'transient', 60326],
  ['SOURCE [112] Result curl error (52): Server returned nothing (no headers, no data)', 'transient', 60326],
  ['DESTINATION [112] Result curl error (18): Transferred a partial file', 'transient', 60327],
  ['SOURCE [70] Name or service not known', 'transient', 60321],
  ['TRANSFER [70] an end-of-file was reached', 'transient', 60328],
  ['TRANSFER [70] No performance markers received', 'transient', 60328],
  ['TRANSFER SRM_NO_FREE_SPACE at the destination', 'space', 60323],
];

/** CRAB's STAGEOUT_ERRORS, the old ASO's permanent reasons and its texts of failed submissions. */
const CRAB: Case[] = [
  [DEADLINE_REASON, 'deadline', 60317],
  [
    'DESTINATION OVERWRITE srm-ifce err: Communication error on send, err: [SE] reports could not open connection to se:8443',
    'transient',
    60321,
  ],
  ['DESTINATION 451 operation failed: all pools are full', 'space', 60323],
  ['globus_xio: System error in connect: Connection refused', 'transient', 60321],
  ['destination: permission denied', 'permission', 60322],
  ['Operation not permitted', 'permission', 60322],
  ['TRANSFER globus_ftp_client: error 500 mkdir() fail', 'permission', 60322],
  ['mkdir: cannot create directory `/store/user/alice`', 'permission', 60322],
  ['TRANSFER globus_ftp_client: 500-Command failed : open/create error', 'permission', 60322],
  ['TRANSFER an end of 530-login incorrect : check your mapping', 'permission', 60322],
  [
    'TRANSFER globus_ftp_client: the server responded with an error 452 452-user alice does not have enough space',
    'space',
    60323,
  ],
  ['500 Disk quota exceeded', 'space', 60323],
  ['DESTINATION status code 507', 'space', 60323],
  ['Job could not be submitted to FTS: temporary problem of FTS', 'transient', 60328],
  ["Job could not be submitted to FTS: user's proxy expired", 'credential', 60322],
  ['Site config problem.', 'site-config', 60328],
  [`${ATTEMPT_TIMEOUT_REASON}: no change in FTS for 5 h`, 'timeout', 60317],
  ['something nobody has seen before', 'unknown', 60328],
  ['', 'unknown', 60328],
];

describe('classify', () => {
  test.each([...FTS_OWN, ...STORAGE, ...CRAB])('%s → %s, %i', (reason, failure, code, state = 'FAILED') => {
    expect(classify(reason, state)).toMatchObject({ class: failure, code });
  });

  it('finds a phrase in any case and across line breaks', () => {
    expect(classify('TRANSFER error 553\r\n553-open/create\r\n error : MKDIR() FAIL', 'FAILED').class).toBe(
      'permission',
    );
    expect(classify('destination [1] http 403 :\npermission\nrefused', 'FAILED').class).toBe('permission');
    expect(classify('error\n500-user does not\nhave enough\nspace', 'FAILED').class).toBe('space');
  });

  it('takes CANCELED as somebody else’s cancel, whatever went before', () => {
    expect(classify('DESTINATION [1] HTTP 403 : Permission refused', 'CANCELED').class).toBe('cancelled');
    expect(classify('', 'CANCELED').class).toBe('cancelled');
  });

  it('does not take a number inside a checksum or a name for a status', () => {
    expect(classify('DESTINATION [5] checksum do not match (5070403a != 50701401)', 'FAILED').class).toBe('checksum');
    expect(classify('TRANSFER [70] something about /store/user/alice/507/403.root', 'FAILED').class).toBe('unknown');
  });

  it('tells the owner about quota and disks apart', () => {
    expect(classify('Disk quota exceeded', 'FAILED').text).toBe('Disk quota exceeded.');
    expect(classify('HTTP 507', 'FAILED').text).toBe('HTTP 507: Disk quota exceeded or Disk full.');
  });

  it('gives every text a known class, a code of CRAB and the class’s own verdict', () => {
    fc.assert(
      fc.property(
        fc.string({ maxLength: 3000, unit: 'binary' }),
        fc.constantFrom('FAILED', 'CANCELED', ''),
        (reason, state) => {
          const rule = classify(reason, state);
          expect(FAILURE_CLASSES).toContain(rule.class);
          expect(rule.code).toBeGreaterThanOrEqual(60317);
          expect(rule.code).toBeLessThanOrEqual(60328);
          expect(rule.recoverable).toBe(ruleOf(rule.class).recoverable);
        },
      ),
    );
  });

  it('is quick on hostile reasons', () => {
    const start = performance.now();
    for (const piece of ['SOURCE ', '(', '[', 'expired ', 'proxy ', 'timed ', 'DESTINATION['])
      classify(piece.repeat(100_000), 'FAILED');
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
