import type { SimulatedPki } from '../simulators/pki/simulated-pki.ts';
import type { SimulatedWorld } from '../simulators/world.ts';
import type { PlannedTask } from './plan.ts';
import { checkAll, type Check } from './verification.ts';

const HOUR_MS = 3_600_000;

/** Looks at the books of FTS and of the sites for who has done what: over TLS, everything as the owner of the files. */
export async function verifyOwners(
  world: SimulatedWorld,
  pki: SimulatedPki,
  tasks: readonly PlannedTask[],
): Promise<Check[]> {
  const users = new Map(tasks.map(({ name, user }) => [name, user]));
  const delegations = world.fts.delegations();
  const owners = new Map(
    tasks.flatMap(({ user, jobs }) =>
      jobs.flatMap(({ files }) =>
        files.flatMap(({ sourceLfn, destinationLfn }) =>
          [sourceLfn, destinationLfn].map((lfn) => [lfn, user] as const),
        ),
      ),
    ),
  );

  return [
    await checkAll(
      'FTS jobs, each submitted over TLS by the owner of its task, under a delegation of theirs',
      world.fts.jobs(),
      ({ jobId, userDn, delegationId, submitTime, metadata }) => {
        const user = users.get(String(metadata['task']));
        if (user === undefined || userDn !== pki.dnOf(user)) return `${jobId} of ${user} was submitted by ${userDn}`;
        const isDelegated = delegations.some(
          (one) =>
            one.userDn === userDn &&
            one.delegationId === delegationId &&
            one.at <= submitTime &&
            one.notAfter > submitTime + HOUR_MS,
        );
        return isDelegated ? null : `${jobId} of ${user} has no delegation`;
      },
    ),
    await checkAll(
      'deletions at the sites, each over TLS by the owner of the file',
      world.storage.deletions(),
      ({ site, lfn, user }) => (user === owners.get(lfn) ? null : `${site}:${lfn} was deleted by ${user}`),
    ),
  ];
}
