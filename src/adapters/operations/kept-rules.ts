import { holdOf, type Errand, type Hold } from '../../domain/operations/hold.ts';
import { noRules, type OperatorRules } from '../../domain/operations/rules.ts';
import type { OperatorRulesPort } from '../../ports/operator-rules.ts';
import type { OutcomeTally } from './outcome-tally.ts';

export interface KeptRulesOptions {
  /** The rules in force; null where they are just being read, or the workflow that keeps them was never started. */
  ask: () => Promise<OperatorRules | null>;
  /** How old the copy may be, milliseconds. */
  refreshMs: number;
  /** So long after they were asked for nobody waits for newer ones any more, milliseconds. @default 2,000 */
  patienceMs?: number;
  tally: Pick<OutcomeTally, 'add'>;
  /** Is told once when nobody answers any more. */
  onProblem?: (problem: string) => void;
}

/** Turns of breakers that were given away, remembered. */
const MAX_PROBES = 1000;

/** This worker's copy of the operators' rules, renewed when somebody needs it. */
export class KeptRules implements OperatorRulesPort {
  readonly #options: KeptRulesOptions;
  readonly #probes = new Map<string, string>();
  #rules: OperatorRules = noRules();
  #askedAt = -Infinity;
  #asking: Promise<void> | null = null;
  #silent = false;

  constructor(options: KeptRulesOptions) {
    this.#options = options;
  }

  async rules(): Promise<OperatorRules> {
    const { refreshMs, patienceMs = 2_000 } = this.#options;
    // Monotonic: a clock that is set back must not make the copy last.
    if (performance.now() - this.#askedAt >= refreshMs) {
      this.#askedAt = performance.now();
      const asking = this.#renew().finally(() => {
        if (this.#asking === asking) this.#asking = null;
      });
      this.#asking = asking;
    }
    const patience = this.#askedAt + patienceMs - performance.now();
    if (this.#asking && patience > 0) await within(patience, this.#asking);
    return this.#rules;
  }

  async holdOf(errand: Errand, who: string): Promise<Hold | null> {
    const hold = holdOf(await this.rules(), errand, Date.now());
    return hold?.probe !== undefined && this.#mayProbe(hold.probe, who) ? null : hold;
  }

  nextAskMs(): number {
    return this.#options.refreshMs * (0.75 + Math.random() / 2);
  }

  saw: OperatorRulesPort['saw'] = (outcome) => this.#options.tally.add(outcome);

  /** Waits for the answer that is on its way: the connection it comes by may be closed then. */
  async close(): Promise<void> {
    await this.#asking;
  }

  async #renew(): Promise<void> {
    try {
      const rules = await this.#options.ask();
      if (rules) this.#rules = rules;
      this.#silent = false;
    } catch (error) {
      if (!this.#silent)
        this.#options.onProblem?.(`the operators' rules cannot be asked for, the last known ones hold: ${(error as Error).message}`); // prettier-ignore
      this.#silent = true;
    }
  }

  #mayProbe(probe: string, who: string): boolean {
    const taken = this.#probes.get(probe);
    if (taken !== undefined) return taken === who;
    this.#probes.set(probe, who);
    for (const oldest of this.#probes.keys()) if (this.#probes.size > MAX_PROBES) this.#probes.delete(oldest);
    return true;
  }
}

/** Waits for something, but not for longer than so many milliseconds. */
async function within(ms: number, something: Promise<void>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([something, promise]);
  clearTimeout(timer);
}
