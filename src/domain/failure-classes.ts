/**
 * Why a copy failed, as data: what FTS, the storage systems and this service write → class → what to do and what the owner reads.
 * The patterns are FTS3's own messages and those of two months of production (dmwm/CRABServer#9363), the codes CRAB's exit codes
 * 60317…60328 as re-ordered by dmwm/CRABServer#9400.
 */
export const FAILURE_CLASSES = [
  'deadline', // the file's time over all attempts is up
  'timeout', // one attempt took too long for us
  'queue-expired', // FTS never started it
  'cancelled', // somebody else cancelled it in FTS
  'exists', // something lies at the destination already
  'source-checksum', // the source is not what the job reported
  'checksum', // what arrived is not what was sent
  'no-source', // the source is gone
  'space', // destination full, or the owner's quota used up
  'credential', // proxy or token expired or not accepted
  'permission', // a site refuses the owner
  'transfer-permission', // one site refuses the other on the owner's behalf: may be an expired token
  'fts-refused', // FTS did not take the submission
  'site-config', // the site's description is missing or wrong
  'transient', // network, server and FTS trouble that passes
  'unknown',
] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** How a failure is dealt with. */
export interface FailureRule {
  class: FailureClass;
  /** Worth another attempt. The class alone decides it, so that a list of classes is enough to plan the next attempt. */
  recoverable: boolean;
  /** CRAB's exit code. */
  code: number;
  /** What the owner of the file reads. */
  text: string;
  /** So many failures of this class end the file; Infinity: only its deadline does. */
  attempts: number;
  /** Pauses are so many times the usual ones. */
  delayFactor: number;
  /** What causes it may last for hours, as a site's outage does: the file is not given up before `policy.retryFor`. */
  lasting: boolean;
}

export type Scope = 'SOURCE' | 'DESTINATION' | 'TRANSFER';

/** CRAB's codes for failures that are told apart by their side only. */
const CODE_OF_SCOPE: Readonly<Record<Scope | 'NONE', number>> = {
  SOURCE: 60326,
  DESTINATION: 60327,
  TRANSFER: 60328,
  NONE: 60328,
};

/**
 * What holds for a class where no pattern says more. What may come of a site's outage is tried for hours (docs/scaling.md). Three attempts are the old ASO's max_retry and what CRAB asks of FTS;
 * a full disk is given longer pauses, since it is emptied by people.
 */
const CLASSES: Readonly<Record<FailureClass, Omit<FailureRule, 'class'>>> = {
  deadline: permanent(60317, 'ASO transfer cancelled: the file was not at its destination in time.'),
  timeout: lasting(60317, 'ASO transfer attempt cancelled: it took too long.'),
  'queue-expired': lasting(60325, 'The transfer waited too long in the queue of FTS.'),
  cancelled: passing(60328, 'The transfer was cancelled in FTS by somebody else.'),
  exists: passing(60327, 'A file of this name lies at the destination already.'),
  'source-checksum': permanent(
    60326,
    'The file at the source is not the one that the job reported: its checksum differs.',
  ),
  checksum: passing(60327, 'The copy differs from its source in size or checksum.'),
  'no-source': permanent(60326, 'The source file does not exist.'),
  space: lasting(60323, 'Disk full, or disk quota exceeded.', 3, 4),
  // Never the file's fault: only its time over all attempts ends it.
  credential: passing(60322, 'The credential for the transfer was not accepted or has expired.', Infinity),
  permission: permanent(60322, 'Permission denied.'),
  'transfer-permission': passing(60322, 'Permission denied between the two sites.', 2),
  'fts-refused': passing(60328, 'FTS did not accept the transfer.'),
  'site-config': lasting(60328, 'Site configuration problem.', 5, 4),
  transient: lasting(60328, 'Temporary problem of the network, a storage system or FTS.', 5),
  unknown: lasting(60328, 'The transfer failed.'),
};

function permanent(code: number, text: string): Omit<FailureRule, 'class'> {
  return { recoverable: false, code, text, attempts: 1, delayFactor: 1, lasting: false };
}

function passing(code: number, text: string, attempts = 3, delayFactor = 1): Omit<FailureRule, 'class'> {
  return { recoverable: true, code, text, attempts, delayFactor, lasting: false };
}

function lasting(...rule: Parameters<typeof passing>): Omit<FailureRule, 'class'> {
  return { ...passing(...rule), lasting: true };
}

/** A pattern: looked for anywhere in a reason, in any case; with `scope`, only in reasons that begin with it. */
interface Pattern {
  class: FailureClass;
  match: RegExp;
  scope?: Scope;
  /** Instead of the class's own; `by-scope`: 60326 for SOURCE, 60327 for DESTINATION, else 60328. */
  code?: number | 'by-scope';
  text?: string;
}

/** Reason of a file whose time over all attempts is up: CRAB's own wording. */
export const DEADLINE_REASON = 'Cancelled ASO transfer after timeout';
/** How the reason of an attempt begins that we ended for taking too long; what follows says which limit it was. */
export const ATTEMPT_TIMEOUT_REASON = 'ASO gave up this attempt';

const UNREACHABLE = 'Storage element is not accessible.';

/** In order: the first that matches counts. */
const PATTERNS: readonly Pattern[] = [
  // Ours, of a submission that FTS refused: whatever HTTP status it quotes is not about the files.
  { class: 'fts-refused', match: /^FTS (refused the job|made job)|^job \S+ is not the one we sent/i },
  { class: 'deadline', match: /cancelled aso transfer after timeout/i },
  { class: 'timeout', match: /aso gave up this attempt/i },
  { class: 'queue-expired', match: /stayed in the queue for too long/i },
  { class: 'site-config', match: /no share configured for this vo|site config(uration)? problem/i },
  {
    class: 'cancelled',
    match: /\btransfer cancell?ed\b|forced-cancell?ed|cancell?ed by the user|(storage|user) banned/i,
  },
  { class: 'exists', match: /\[17\]|\bfile exists\b|SRM_DUPLICATION_ERROR/i },
  {
    class: 'source-checksum',
    scope: 'SOURCE',
    match: /checksums? (do|does) not match|checksum mismatch|size mismatch/i,
  },
  { class: 'checksum', match: /checksums? (do|does) not match|checksum mismatch|size mismatch/i },
  {
    class: 'credential',
    match:
      /(proxy|token|credentials?) (has |have |is |are )?expired|expired (proxy|token|credential)|certificate|\bCRL\b|token ?exchange/i,
  },
  { class: 'space', match: /disk quota|quota exceeded|\[122\]/i, text: 'Disk quota exceeded.' },
  { class: 'space', match: /enough space/i, text: 'User quota exceeded.' },
  {
    class: 'space',
    match: /(http|status code):? ?507|insufficient storage/i,
    text: 'HTTP 507: Disk quota exceeded or Disk full.',
  },
  {
    class: 'space',
    match: /pools are full|no (free )?space|SRM_NO_FREE_SPACE|disk full|\[28\]/i,
    text: 'Destination site does not have enough space on their storage.',
  },
  {
    class: 'no-source',
    scope: 'SOURCE',
    match: /\[2\]|no such file|(http|status code):? ?404|SRM_INVALID_PATH|does not exist/i,
  },
  {
    class: 'transfer-permission',
    scope: 'TRANSFER',
    match: /\[(1|13)\]|permission (denied|refused)|(http|status code):? ?40[13]\b/i,
  },
  { class: 'permission', match: /530-login|login incorrect/i, text: 'Permission denied to write to destination site.' },
  { class: 'permission', match: /mkdir\(\) fail|mkdir: cannot create directory/i, text: 'Can`t create directory.' },
  { class: 'permission', match: /open\/create error/i, text: 'Can`t create directory/file on destination site.' },
  { class: 'permission', match: /operation not permitted/i, text: 'Operation not allowed.' },
  { class: 'permission', match: /permission (denied|refused)|(http|status code):? ?40[13]\b/i },
  { class: 'permission', scope: 'SOURCE', match: /^SOURCE\b[^[]{0,80}\[(1|13)\]/i },
  { class: 'permission', scope: 'DESTINATION', match: /^DESTINATION\b[^[]{0,80}\[(1|13)\]/i },
  {
    class: 'transient',
    match: /connection refused|\[111\]|curl error \(7\)/i,
    code: 60321,
    text: 'The storage of the site refused the connection.',
  },
  {
    class: 'transient',
    match: /could not open connection|name or service not known|curl error \(6\)|no route to host|\[113\]/i,
    code: 60321,
    text: UNREACHABLE,
  },
  {
    class: 'transient',
    match:
      /curl error|(http|status code|server error):? ?5\d\d\b|\[(104|110|112)\]|timed? ?out\b|time-?out has been exceeded/i,
    code: 'by-scope',
  },
  {
    class: 'transient',
    match:
      /terminated abruptly|communication error|connection reset|end[- ]of[- ]file|performance marker|SRM_INTERNAL_ERROR/i,
    code: 'by-scope',
  },
  {
    class: 'transient',
    match: /stalled|forcefully killed|process died|failed to fork|state inconsistency|temporary problem/i,
    code: 'by-scope',
  },
];

/** A rule with what it was found by. */
export interface ClassifiedFailure {
  rule: FailureRule;
  /** The words of the reason that decided; null where none did. */
  words: string | null;
  /** The side that the reason names, where it names one. */
  scope: Scope | null;
}

/**
 * The rule for a failure.
 * @param reason as FTS or this service wrote it; may have several lines
 * @param state FTS's state of the file; CANCELED means that somebody else cancelled it, unless the reason says more
 */
export const classify = (reason: string, state: string): FailureRule => classified(reason, state).rule;

/** As {@link classify}, with why. */
export function classified(reason: string, state: string): ClassifiedFailure {
  // Line breaks fall anywhere in what storage systems write, so that a phrase is looked for in one line.
  const text = reason.replaceAll(/\s+/g, ' ').trim();
  const scope = (/^(SOURCE|DESTINATION|TRANSFER)\b/i.exec(text)?.[1]?.toUpperCase() ?? null) as Scope | null;
  const cancelled = /^cancell?ed$/i.test(state);
  for (const pattern of PATTERNS) {
    if (cancelled && !CANCELLATIONS.has(pattern.class)) continue;
    if (pattern.scope && pattern.scope !== scope) continue;
    const words = pattern.match.exec(text)?.[0];
    if (words === undefined) continue;
    const rule = ruleOf(pattern.class);
    const code = pattern.code === 'by-scope' ? CODE_OF_SCOPE[scope ?? 'NONE'] : (pattern.code ?? rule.code);
    return { rule: { ...rule, code, text: pattern.text ?? rule.text }, words, scope };
  }
  if (cancelled) return { rule: ruleOf('cancelled'), words: null, scope };
  return { rule: { ...ruleOf('unknown'), code: CODE_OF_SCOPE[scope ?? 'NONE'] }, words: null, scope };
}

/** The classes that a reason may name for a file that FTS shows as CANCELED. */
const CANCELLATIONS = new Set<FailureClass>(['deadline', 'timeout', 'queue-expired', 'cancelled']);

/** The rule of a class, for failures that this service establishes itself. */
export const ruleOf = (failure: FailureClass): FailureRule => ({ class: failure, ...CLASSES[failure] });
