import type { CredentialRef } from '../domain/file.ts';
import { ownerOfTask } from '../domain/lfn-areas.ts';

/** Everything is done with the credential of the task's owner. VO group and role come with the credential store. */
export const credentialOf = (task: string): CredentialRef => ({ user: ownerOfTask(task) ?? '', group: '', role: '' });
