import type { Client } from '@temporalio/client';
import { createTrustAnchors } from '../adapters/credentials/trust-anchors.ts';
import { createStompEvents } from '../adapters/stomp/stomp-events.ts';
import type { Config } from '../config/index.ts';
import { transferBatchId } from '../contract/ids.ts';
import { lookNow } from './follower-looks.ts';
import { Nudges } from './nudges.ts';

/**
 * Listens to FTS's messages, if brokers are configured, and has followers look at the jobs they are about. Looks alone would find out the
 * same, later: nothing waits for a message, and nothing fails without.
 * @param warn is told why nothing is heard
 */
export function listenToFts(
  { ftsEvents, trustAnchors }: Pick<Config, 'ftsEvents' | 'trustAnchors'>,
  client: Client,
  warn: (problem: string) => void,
): { close(): Promise<void> } {
  const { brokers, destinations, loginFile, certificateFile, delay, interval } = ftsEvents;
  if (brokers === null) return { close: () => Promise.resolve() };
  const nudges = new Nudges({
    times: { delay: delay * 1000, interval: interval * 1000 },
    lookNow: (batchId, since) => lookNow(client, batchId, since),
    onProblem: warn,
  });
  const trust = createTrustAnchors({ path: trustAnchors, onProblem: warn });
  const events = createStompEvents({ brokers, destinations, loginFile, certificateFile, trust, onProblem: warn });
  const listening = events.listen(({ task, batch }) => nudges.heard(transferBatchId(task, batch)));
  return {
    async close() {
      nudges.close();
      await listening.close();
    },
  };
}
