import type { KeptList } from '../state-file.ts';
import type { FtsDeletion, FtsLooks, FtsRefusedSubmission } from './books.ts';
import type { Delegations } from './delegation.ts';
import type { Identities } from './identity.ts';
import type { JobStore } from './job-store.ts';
import type { Scheduler } from './scheduler.ts';
import type { SubmissionRules } from './submission.ts';

/** What the request handlers work on. */
export interface FtsService {
  store: JobStore;
  scheduler: Scheduler;
  delegations: Delegations;
  identities: Identities;
  rules: SubmissionRules;
  deletions: KeptList<FtsDeletion>;
  refused: KeptList<FtsRefusedSubmission>;
  looks: FtsLooks;
}
