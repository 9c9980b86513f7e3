import { once } from 'node:events';
import { furtherLooks } from './further-looks.ts';
import type { Ending } from './interrupt.ts';
import type { Stage } from './stage.ts';
import { checkLines, type Check } from './verification.ts';

/**
 * Shows how the checks came out, and with `keep` leaves everything up until Ctrl-C.
 * @param about what was looked at, in words
 * @returns the exit status
 */
export async function conclude(
  { server, tasks, made }: Stage,
  { checks, about, took, keep }: { checks: readonly Check[]; about: string; took: string; keep: boolean },
  ending: Ending,
  say: (line: string) => void,
): Promise<number> {
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  say(`\nVerification: ${about}, against what the tasks say`);
  for (const line of checkLines(checks)) say(line);
  say(`${checks.length - failed} of ${checks.length} checks hold; ${took} in all`);

  const status = failed > 0 ? 1 : 0;
  if (!keep) return status;
  ending.whenInterrupted(status);
  for (const line of furtherLooks(server, tasks, made)) say(line);
  await once(ending.signal, 'abort');
  return status;
}
