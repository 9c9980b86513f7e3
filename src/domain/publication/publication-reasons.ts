/** Why a publication is FAILED, in words: what a reason begins with → what its reader makes of it. */
const TEXTS: Readonly<Record<string, string>> = {
  'job-incomplete': 'Another file of its job did not arrive: a job is published whole or not at all.',
  'metadata-missing': 'CRAB never had its metadata.',
  'metadata-differs': 'CRAB has metadata of another file under its name.',
  'metadata-unusable': 'CRAB has metadata of it that DBS cannot be told.',
  'differs-in-DBS': 'DBS has another file under its name.',
  'not-edm': 'It is no EDM file: DBS takes no others.',
  'failed-job': 'Outputs of failed jobs are never published.',
  'lfn-refused-by-DBS': 'DBS does not take names like its own.',
  superseded: 'A newer run of its job was reported.',
};

/** A publication's reason in words; DBS's own are passed on as they are. */
export const publicationReasonText = (reason: string): string =>
  TEXTS[reason.split(':', 1)[0] ?? ''] ?? (/^DBS\b/.test(reason) ? 'DBS refused its block.' : reason);
