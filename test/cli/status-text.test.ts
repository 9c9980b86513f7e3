import { describe, expect, it } from 'vitest';
import { missingText } from '../../src/cli/commands/publications-text.ts';
import type { TaskStatus } from '../../src/contract/messages.ts';

const none = { jobs: 0, files: 0, examples: [] };
const status = (known: Partial<TaskStatus>): TaskStatus =>
  ({
    ...{ task: '261123_101500:alice_crab_x', closed: true, complete: false, transfer: {}, publication: {} },
    ...{ unreported: none, heldBack: none, ...known },
  }) as TaskStatus;

describe('what is missing for a task to be complete', () => {
  it.each<[string, Partial<TaskStatus>, string[]]>([
    ['nothing', { complete: true, transfer: { DONE: 3 } }, []],
    [
      'the close of a task whose files are all there',
      { closed: false, transfer: { DONE: 3 } },
      ['the word that no more jobs come: aso close 261123_101500:alice_crab_x'],
    ],
    [
      'files on their way, and those that stop',
      {
        transfer: { NEW: 1, SUBMITTED: 2, RETRY: 3, HELD: 4, KILL: 1, FAILED: 1 },
        publication: { NEW: 1, ACQUIRED: 1 },
      },
      ['the transfer of 10 files', 'the end of 1 copy that somebody stopped', 'the publication of 2 files'],
    ],
    [
      'what is no file’s',
      { transfer: { KILLED: 1 } },
      ['the end of called-off copies in FTS, or the last words to CRAB'],
    ],
    [
      'files that nobody has reported',
      { transfer: { NEW: 1 }, unreported: { jobs: 1, files: 2, examples: [{ jobId: '7', retry: 0, files: 2 }] } },
      ['the transfer of 1 file', '2 files not reported: job 7 (2)'],
    ],
  ])('%s', (_, known, missing) =>
    expect(missingText(status(known))).toEqual(missing.map((what) => `missing      ${what}`)),
  );
});
