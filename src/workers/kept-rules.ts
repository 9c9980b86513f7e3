import type { Client } from '@temporalio/client';
import { KeptRules } from '../adapters/operations/kept-rules.ts';
import { OutcomeTally } from '../adapters/operations/outcome-tally.ts';
import { askForRules, followSignal, reportOutcomes } from '../client/index.ts';
import type { Config } from '../config/index.ts';

/** This worker's copy of the operators' rules, and what it tells their breakers. */
export function createKeptRules(
  { operations }: Config,
  client: Client,
  warn?: (problem: string) => void,
): { rules: KeptRules; close: () => Promise<void> } {
  const closing = new AbortController();
  const whileOpen = <T>(call: () => Promise<T>): Promise<T> =>
    followSignal(closing.signal, (own) => client.withAbortSignal(own, call));
  const tally = new OutcomeTally({
    send: (report) => whileOpen(() => reportOutcomes(client, report)),
    everyMs: operations.report * 1000,
  });
  const rules = new KeptRules({
    ask: () => whileOpen(() => askForRules(client)),
    refreshMs: operations.refresh * 1000,
    tally,
    ...(warn && { onProblem: warn }),
  });
  return {
    rules,
    async close() {
      closing.abort();
      await Promise.all([tally.close(), rules.close()]);
    },
  };
}
