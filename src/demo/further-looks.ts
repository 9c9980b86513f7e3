import type { DevServer } from '../workers/dev-server.ts';
import type { Generated } from './generate.ts';
import type { PlannedTask } from './plan.ts';

/** How to look around in a demo that is kept up: addresses and commands to try. */
export function furtherLooks(server: DevServer, tasks: readonly PlannedTask[], made: Generated): string[] {
  const [first] = tasks;
  const last = tasks.at(-1);
  if (!first || !last) return [];
  return [
    '',
    `Everything stays up until Ctrl-C. Temporal UI: ${server.uiUrl}/namespaces/${server.namespace}/workflows`,
    'In another terminal, in this directory:',
    `  export TEMPORAL_ADDRESS=${server.address} TEMPORAL_NAMESPACE=${server.namespace}`,
    '  npx aso status                                   # all tasks',
    `  npx aso status ${first.name}`,
    `  npx aso files ${last.name} --state FAILED`,
    `  npx aso watch ${first.name}`,
    `  npx aso submit ${made.recordFiles.get(last.name)}   # the same records again: changes nothing`,
  ];
}
