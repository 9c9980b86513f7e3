import type { CredentialRef, VomsAttributes } from './file.ts';
import { ownerOfTask } from './lfn-areas.ts';

/** Everything is done with the credential of the task's owner, in the group and role that the task was started with. */
export const credentialOf = ({ task, group = '', role = '' }: { task: string } & VomsAttributes): CredentialRef => ({
  user: ownerOfTask(task) ?? '',
  group,
  role,
});

/** Just group and role, for what is handed on; nothing where there is none. */
export const vomsOf = ({ group, role }: VomsAttributes): VomsAttributes => ({
  ...(group && { group }),
  ...(role && { role }),
});
